"""The exercises of every lesson, one file a lesson, and the judges that check the answers.

A lesson writes `from course_lib.teaching import lesson_01, progress`. Read `lesson_01` first: it
shows what an exercise looks like. Then read `exercise` (check, hint, solution), `kinds` and
`network_kinds` (what makes an answer right), `judges` and `network_judges` (how an answer is
examined) and `progress`.
"""
