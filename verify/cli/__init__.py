"""The command line: arguments, the console, and the commands."""
