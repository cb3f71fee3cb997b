"""What Quantum ESPRESSO writes: the text output of pw.x and data-file-schema.xml, of versions 5 to 7."""
