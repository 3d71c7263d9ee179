"""Use cases and the ports through which they reach files, printers and clocks. No window here."""
