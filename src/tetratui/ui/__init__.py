"""The screens, in Textual; they know the core and hold no semantics of their own."""
