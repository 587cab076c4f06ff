"""The doors to the kernel, and what comes back."""
