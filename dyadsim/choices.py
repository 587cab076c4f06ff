"""Where the choices lie: one YAML file each, in the folder `conf/`."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def conf_folder() -> Path:
    """Return the folder of configuration files: in the package, else beside it in a checkout."""
    inside = _PACKAGE / "conf"
    return inside if inside.is_dir() else _PACKAGE.parent / "conf"
