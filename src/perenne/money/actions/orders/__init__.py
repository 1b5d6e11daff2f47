"""Orders, and what each of them holds, grants and promises."""
