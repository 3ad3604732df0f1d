"""HTTP: requests, responses, pages. No rules of the portal."""
