"""Texts: Markdown becomes sanitised HTML (`markup`), lessons and concepts are searched (`search`).

A search cuts its query into words (`words`) and shows the part of a text where they stand (`snippets`).
"""
