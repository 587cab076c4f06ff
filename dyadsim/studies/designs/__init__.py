"""One design per file: therapies and sizes in, a `Study` out; the engine never learns which."""
