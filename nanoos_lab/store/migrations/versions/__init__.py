"""One module per schema revision, never changed after its release."""
