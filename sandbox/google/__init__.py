"""The stand-in of Google: consent, tokens, calendars and their events, over Google's own HTTP below /google/."""
