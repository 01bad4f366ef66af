"""Recipes by which the models that ship with the project were made."""
