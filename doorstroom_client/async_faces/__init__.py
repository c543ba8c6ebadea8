"""Made from faces/__init__.py by tools/make_async.py; change that file, not this one."""
