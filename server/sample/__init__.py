"""The embedded sample: real build-cache data in one archive, `sample.tar.xz`, that `make.py` makes."""
