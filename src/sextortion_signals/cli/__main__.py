"""`python -m sextortion_signals.cli`: the same as `sextortion-signals`."""

from sextortion_signals.cli.app import main

if __name__ == "__main__":
    main()
