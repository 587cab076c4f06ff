"""Where the choices lie: one YAML file each, in the folder `conf/`."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def package_file(name: str) -> Path:
    """Return a file or folder that the wheel carries inside the package, a checkout beside it."""
    inside = _PACKAGE / name
    return inside if inside.exists() else _PACKAGE.parent / name


def conf_folder() -> Path:
    """Return the folder of choices."""
    return package_file("conf")
