"""By what a message reaches somebody. A channel is a module here: `deliver` hands a message over, or says why not."""
