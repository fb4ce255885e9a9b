"""``python -m exhubert``, and what the command ``exhubert`` starts."""

import sys


def start() -> int:
    """Runs the command line; Ctrl-C is answered in a line while that is still being loaded, too."""
    try:
        from exhubert.cli.main import main
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return 130
    return main()


if __name__ == "__main__":
    sys.exit(start())
