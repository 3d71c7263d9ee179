"""Small pictures as plain shapes, without Qt: the note writes them as SVG, a window can paint the same."""
