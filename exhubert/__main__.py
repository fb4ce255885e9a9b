"""``python -m exhubert``, and what the command ``exhubert`` starts."""

import sys

from exhubert.current_folder import drop_current_folder

if __name__ == "__main__":  # before anything else is imported that a file there might hide
    drop_current_folder()

from exhubert.shadowing_packages import HiddenPackageError, check_packages


def start() -> int:
    """Runs the command line; Ctrl-C is answered in a line while that is still being loaded, too."""
    try:
        check_packages()
        from exhubert.cli.main import main
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return 130
    except HiddenPackageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return main()


if __name__ == "__main__":
    sys.exit(start())
