"""Readers of what arrives: each turns one outside format into an `IncomingStory`."""
