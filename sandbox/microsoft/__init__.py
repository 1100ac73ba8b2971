"""The stand-in of Microsoft: sign-in, consent, tokens and Graph's calendars, over their own HTTP below /microsoft/."""
