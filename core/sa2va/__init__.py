"""Sa2VA as a network of this project's own: native language and vision classes, SAM 2's modules, no remote code."""
