"""Render: a document as terminal text, Markdown, HTML or JSON; text from outside made harmless."""
