"""The management note: one content and its forms (PDF, text, Markdown, HTML, calendar). No Qt, clock or network."""
