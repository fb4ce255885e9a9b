"""The command line: one module a group of commands, each parsing, calling and printing."""
