"""The reference manual: every entry of the knowledge as a page of HTML. Implements the port `ReferenceManual`."""
