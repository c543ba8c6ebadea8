"""The parts of `Client`, one file each; `async_faces` is made from this folder."""
