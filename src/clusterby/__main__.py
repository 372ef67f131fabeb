"""The command line as a module: ``python -m clusterby``."""

from __future__ import annotations

from clusterby.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    main()
