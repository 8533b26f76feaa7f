"""How an operation becomes the bytes of its answer: prepared once, run over a catalogue."""
