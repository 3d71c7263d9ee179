"""The command line: arguments, commands and their text output. Drives the services, like the window."""
