//! `coach list`, `show` and `rubric`: what an author and a reader of the bank see.

mod coach;

use coach::Coach;

const SMALL: &str = r#"format = 1
id = "small"
title = "What is a small question?"
topic = "mine"
difficulty = "intro"
minutes = 1
question = "What is a small question?"
model_answer = "One that is answered in a sentence."
[[criteria]]
id = "brevity"
title = "Brevity"
dimension = "theory"
weight = 1
levels = ["Says nothing of length.", "Says that one sentence is enough."]
key_points = ["A small question is answered in one sentence."]
"#;

#[test]
fn problems_come_all_at_once_with_place_excerpt_and_hint() {
    let coach = Coach::new();
    let broken = SMALL
        .replace("topic = \"mine\"", "topic = \"My Topic\"")
        .replace("difficulty", "dificulty")
        .replace("dimension = \"theory\"", "dimension = \"theori\"");
    coach.write("small.toml", broken);
    let ran = coach.run(&["rubric", "check", "small.toml"]);
    insta::assert_snapshot!(ran.transcript(), @r#"
      × `difficulty` is missing
       ╭─[small.toml:1:1]
     1 │ format = 1
       · ▲
     2 │ id = "small"
       ╰────
      help: add `difficulty = ...`: a text

      × `topic` is "My Topic", which is not kebab-case
       ╭─[small.toml:4:9]
     3 │ title = "What is a small question?"
     4 │ topic = "My Topic"
       ·         ──────────
     5 │ dificulty = "intro"
       ╰────
      help: use lower-case letters, digits and single hyphens, as in
            rag-vs-fine-tuning

      × `dificulty` is not a known field
       ╭─[small.toml:5:1]
     4 │ topic = "My Topic"
     5 │ dificulty = "intro"
       · ─────────
     6 │ minutes = 1
       ╰────
      help: did you mean "difficulty"?

      × `criteria[1].dimension` is "theori", but must be one of: theory,
      │ trade-offs, evaluation, safety, practice
        ╭─[small.toml:12:13]
     11 │ title = "Brevity"
     12 │ dimension = "theori"
        ·             ────────
     13 │ weight = 1
        ╰────
      help: did you mean "theory"?

    1 rubric, 4 problems, no advice
    --- stderr
    error: 4 problems in 1 of 1 files
    --- exit 2
    "#);
}

#[test]
fn a_file_that_is_no_toml_is_shown_with_its_line() {
    let coach = Coach::new();
    coach.write("small.toml", SMALL.replace("weight = 1", "weight = = 1 \u{1b}[31m"));
    let ran = coach.run(&["rubric", "check", "small.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains("small.toml:13:"), "{}", ran.stdout);
    assert!(!ran.stdout.contains('\u{1b}'));
}

#[test]
fn files_that_cannot_be_rubrics_are_refused_by_name() {
    let coach = Coach::new();
    coach.write("latin.toml", b"title = \"caf\xe9\"\n");
    coach.write("huge.toml", vec![b'#'; 5 * 1024 * 1024]);
    std::fs::create_dir(coach.path("empty")).unwrap();
    for (path, code, said) in [
        ("latin.toml", 2, "latin.toml is not UTF-8: line 1"),
        ("huge.toml", 2, "too many for a rubric"),
        ("none.toml", 1, "cannot read none.toml"),
        ("empty", 2, "there are no .toml files here"),
    ] {
        let ran = coach.run(&["rubric", "check", path]);
        assert_eq!(ran.code, code, "{path}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{path}: {}", ran.stderr);
    }
}

#[test]
fn a_valid_file_passes_with_a_mark_and_windows_lines() {
    let coach = Coach::new();
    coach.write("mine/small.toml", format!("\u{feff}{}", SMALL.replace('\n', "\r\n")));
    let ran = coach.run(&["rubric", "check", "mine"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.ends_with("1 rubric, no problems, 1 piece of advice\n"), "{}", ran.stdout);
}

#[test]
fn the_whole_shipped_bank_passes() {
    // Without the judge, which takes half a minute for the whole bank in a program that is not optimised.
    let ran = Coach::new().run(&["rubric", "check", "--ask-judge", "never"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains(" rubrics, no problems, "), "{}", ran.stdout);
}

#[test]
fn ones_own_rubrics_join_the_bank_and_replace_shipped_ones() {
    let coach = Coach::new();
    coach.write("mine/small.toml", SMALL);
    coach.write("mine/surprisal.toml", SMALL.replace("\"small\"", "\"surprisal\""));
    let listed = coach.run(&["list", "--rubrics", "mine", "--topic", "mine"]);
    assert_eq!(
        listed.transcript(),
        "small\tmine\tintro\t1\tWhat is a small question?\nsurprisal\tmine\tintro\t1\tWhat is a small question?\n\
         --- stderr\n--- exit 0"
    );
    coach.write("config.toml", "rubrics = ['mine']");
    let shown = coach.run(&["show", "small", "--config", "config.toml"]);
    insta::assert_snapshot!(shown.transcript(), @"
    What is a small question?
    mine, intro, about 1 minute

      What is a small question?

    Criteria

      Brevity
      brevity, theory, weight 1: 100 of 100 points
      0  Says nothing of length.
      1  Says that one sentence is enough.
      Key points:
      - A small question is answered in one sentence.
    --- stderr
    --- exit 0
    ");
}

#[test]
fn a_folder_with_two_rubrics_of_one_id_is_refused() {
    let coach = Coach::new();
    coach.write("mine/a/small.toml", SMALL);
    coach.write("mine/b/small.toml", SMALL);
    let ran = coach.run(&["list", "--rubrics", "mine"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("has a rubric of the same id"), "{}", ran.stderr);
}

#[test]
fn a_folder_may_bring_its_own_catalogue() {
    let coach = Coach::new();
    let catalogue = "[[mistakes]]\nid = \"rambles\"\ntitle = \"Rambles\"\nkind = \"said\"\npenalty = 3\n\
                     description = \"d\"\nsigns = [\"s\"]\nadvice = \"a\"\n";
    coach.write("mine/small.toml", format!("{SMALL}[[mistakes]]\nuse = \"rambles\"\n"));
    assert!(
        coach.run(&["rubric", "check", "mine"]).stdout.contains("the catalogue has no mistake \"rambles\"")
    );
    coach.write("mine/mistakes.toml", catalogue);
    assert_eq!(coach.run(&["rubric", "check", "mine"]).code, 0);
    assert_eq!(coach.run(&["show", "small", "--rubrics", "mine"]).code, 0);
}

#[test]
fn a_wrong_id_or_topic_names_the_right_ones() {
    let coach = Coach::new();
    for (arguments, hint) in [
        (&["show", "surprisl"][..], "did you mean surprisal?"),
        (&["show", "fine-tuning"], "rag-vs-fine-tuning"),
        (&["list", "--topic", "raag"], "the topics are: "),
        (&["list", "--difficulty", "hard"], "intro, core, advanced"),
    ] {
        let ran = coach.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(ran.stderr.contains(hint), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn a_broken_configuration_names_file_and_line() {
    let coach = Coach::new();
    coach.write("config.toml", "juge = \"local\"\n");
    let ran = coach.run(&["list", "--config", "config.toml"]);
    insta::assert_snapshot!(ran.transcript(), @r#"
    --- stderr
      × `juge` is not a known field
       ╭─[config.toml:1:1]
     1 │ juge = "local"
       · ────
       ╰────
      help: did you mean "judge"?
    error: 1 problem in the configuration
    --- exit 2
    "#);
}

#[test]
fn the_version_and_completions_are_printed() {
    let coach = Coach::new();
    assert_eq!(coach.run(&["--version"]).stdout, concat!("coach ", env!("CARGO_PKG_VERSION"), "\n"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(coach.run(&["completions", shell]).stdout.contains("coach"), "{shell}");
    }
    assert!(coach.run(&["man"]).stdout.contains(".TH coach"));
    assert!(coach.run(&[]).stdout.contains("Usage: coach"));
}

#[test]
fn a_key_in_a_broken_configuration_is_never_shown() {
    for text in [
        "[judges.a]\nbase_url = \"http://h\"\napi_key = \"sk-secret-1\"\ntemprature = 1\n",
        "[judges.a]\nbase_url = \"http://h\"\napikey = \"sk-secret-1\"\n",
        "[judges.a]\nbase_url = \"http://h\"\napi_key = sk-secret-1\n",
        "[judges.a]\nbase_url = \"http://h\"\napi_key = \"sk-secret-1\n",
        "[judges.a]\nbase_url = \"http://h\"\napi_key_env = \"sk-secret-1\"\n",
        "[judges.a]\nbase_url = \"http://h\"\napi_key = [\"sk-secret-1\"]\n",
    ] {
        let coach = Coach::new();
        coach.write("config.toml", text);
        let ran = coach.run(&["list", "--config", "config.toml"]);
        assert_eq!(ran.code, 2, "{text}");
        assert!(!ran.transcript().contains("sk-secret"), "{text}: {}", ran.transcript());
    }
}
