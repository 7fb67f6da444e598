"""The federation's tools and the static site of the directory: gather, render, write."""
