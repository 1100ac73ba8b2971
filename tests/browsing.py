"""What a browser is to tests that look at no pages: it asks by plain HTTP, over connections that end at once."""

import httpx2

WEB = httpx2.Client(trust_env=False, verify=False, headers={"Connection": "close"})
"""One for all: whoever makes a client that verifies reads all the certificates there are, which takes 15 ms."""
