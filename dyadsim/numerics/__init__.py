"""Compiled arithmetic and random streams; knows no psychotherapy."""
