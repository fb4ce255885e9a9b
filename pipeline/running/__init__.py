"""Running a build: options, runners, and the worker processes of this machine."""
