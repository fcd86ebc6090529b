"""What every view paints with: theme, type, glyphs, hatches, dots, small widgets, and the shared selection.

A view imports from here and from nothing beside it, so that two panels cannot disagree on what blue means. Colours
come by meaning from `theme`, never by hue; shapes come by name from `glyphs`; numbers are worded by `format`.
"""
