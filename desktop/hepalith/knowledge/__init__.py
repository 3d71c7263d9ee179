"""The typed model of the knowledge files, the expression language, the loader and its checks."""
