//! `coach rubric import` and `export`: from marked answers to rubrics, and from rubrics to sheets for graders.

mod coach;

use coach::Coach;
use serde_json::{Value, json};

/// Two questions: one with marks of 4, one with a reference alone.
const EXAM: &str = "\u{feff}Question_ID,question,reference,answer_id,answer,score,max_score,remark\r\n\
    UDP.1,\"Why is UDP faster than TCP? Name two\r\nreasons.\",\"Two reasons:\r\n- There is no handshake.\r\n\
    - Lost packets are not sent again; nothing waits for them.\",u1,\"It just sends without any handshake, and \"\"lost\"\" packets stay lost.\",4,4,x\r\n\
    UDP.1,\"Why is UDP faster than TCP? Name two reasons.\",\"Two reasons:\r\n- There is no handshake.\r\n\
    - Lost packets are not sent again; nothing waits for them.\",u2,Because it has no handshake before the data.,2,4,\r\n\
    UDP.1,\"Why is UDP faster than TCP? Name two reasons.\",\"Two reasons:\r\n- There is no handshake.\r\n\
    - Lost packets are not sent again; nothing waits for them.\",u3,Because its header has other fields in it.,0,4,\r\n\
    UDP.1,\"Why is UDP faster than TCP? Name two reasons.\",\"Two reasons:\r\n- There is no handshake.\r\n\
    - Lost packets are not sent again; nothing waits for them.\",u4,,0,4,\r\n\
    ,What is a port?,A number that says which program a packet is for.,,,,,\r\n,,,,,,,\r\n";

fn imported(more: &[&str]) -> (Coach, coach::Ran) {
    let coach = Coach::new();
    coach.write("exam.csv", EXAM);
    let ran = coach.run(&[&["rubric", "import", "exam.csv"], more].concat());
    (coach, ran)
}

#[test]
fn marked_answers_become_rubrics_that_pass_their_check() {
    let (coach, ran) = imported(&["--topic", "networks", "--answers", "answers.jsonl"]);
    insta::assert_snapshot!(ran.transcript(), @"
    rubrics/networks/udp-1.toml
    rubrics/networks/what-is-a-port.toml
    answers.jsonl
    --- stderr
    2 rubrics in rubrics/networks, 4 answers in answers.jsonl. Read the rubrics, then:
      coach grade answers.jsonl --rubrics rubrics/networks -o grades.jsonl
      coach agreement grades.jsonl --human answers.jsonl
    --- exit 0
    ");
    insta::assert_snapshot!(coach.read("rubrics/networks/udp-1.toml"), @r#"
    # Made by `coach rubric import` from exam.csv. Read it before you grade with it.
    # `coach rubric check` finds what does not fit; difficulty and minutes are guesses.
    format = 1
    id = "udp-1"
    title = "Why is UDP faster than TCP?"
    topic = "networks"
    difficulty = "core"
    minutes = 1
    question = "Why is UDP faster than TCP? Name two reasons."
    model_answer = """
    Two reasons:

    - There is no handshake.
    - Lost packets are not sent again; nothing waits for them."""
    sources = [
      "Imported from exam.csv, rows 2 to 5, question_id UDP.1.",
    ]

    # A mark is about the whole answer, so there is one criterion; a tenth of the mark is a level. The key points
    # are the sentences and list entries of the reference: take out what is not asked for, because an answer
    # without it is rated lower. Part the criterion where you want to judge sides of an answer separately.
    [[criteria]]
    id = "content"
    title = "What the reference answer says"
    dimension = "theory"
    weight = 1
    levels = [
      "Absent or wrong: makes no key point, or only says the contrary.",
      "Makes 1 tenth of what is asked: 0.3 of 3 key points, one made in part counting in part.",
      "Makes 2 tenths of what is asked: 0.6 of 3 key points, one made in part counting in part.",
      "Makes 3 tenths of what is asked: 0.9 of 3 key points, one made in part counting in part.",
      "Makes 4 tenths of what is asked: 1.2 of 3 key points, one made in part counting in part.",
      "Makes 5 tenths of what is asked: 1.5 of 3 key points, one made in part counting in part.",
      "Makes 6 tenths of what is asked: 1.8 of 3 key points, one made in part counting in part.",
      "Makes 7 tenths of what is asked: 2.1 of 3 key points, one made in part counting in part.",
      "Makes 8 tenths of what is asked: 2.4 of 3 key points, one made in part counting in part.",
      "Makes 9 tenths of what is asked: 2.7 of 3 key points, one made in part counting in part.",
      "Makes all 3 key points.",
    ]
    key_points = [
      "Two reasons: There is no handshake.",
      "Two reasons: Lost packets are not sent again",
      "Two reasons: nothing waits for them.",
    ]

    # Picked from 4 marked answers: near the lowest mark, the quartiles and the highest, no level twice. 3 of
    # them; replace those that show too little.
    [[exemplars]]
    name = "marked 0 of 4"
    answer = "Because its header has other fields in it."
    levels = { content = 0 }

    [[exemplars]]
    name = "marked 2 of 4"
    answer = "Because it has no handshake before the data."
    levels = { content = 5 }

    [[exemplars]]
    name = "marked 4 of 4"
    answer = "It just sends without any handshake, and \"lost\" packets stay lost."
    levels = { content = 10 }
    "#);
    let checked = coach.run(&["rubric", "check", "rubrics"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (0, ""));
    assert!(checked.stdout.contains("\n2 rubrics, no problems, "), "{}", checked.stdout);
    let listed = coach.run(&["list", "--rubrics", "rubrics", "--topic", "networks"]);
    assert!(
        listed.stdout.contains("what-is-a-port\tnetworks\tcore\t1\tWhat is a port?\n"),
        "{}",
        listed.stdout
    );
}

#[test]
fn the_answers_can_be_graded_and_compared_at_once() {
    let (coach, _) = imported(&["--out", "mine", "--answers", "answers.jsonl"]);
    let answers = coach.grades("answers.jsonl");
    assert_eq!(answers.len(), 4);
    assert_eq!((&answers[1]["id"], &answers[1]["human"]), (&json!("u2"), &json!({"score": 50.0})));
    assert_eq!(answers[3]["answer"], "");
    let graded = coach.run(&["grade", "answers.jsonl", "--rubrics", "mine", "-o", "grades.jsonl"]);
    assert_eq!(graded.code, 0, "{}", graded.stderr);
    let compared = coach.run(&["agreement", "grades.jsonl", "--human", "answers.jsonl", "--json"]);
    let found: Value = serde_json::from_str(&compared.stdout).unwrap();
    assert_eq!(found["answers"], 4);
    assert!(found["score"]["pearson"]["value"].as_f64().unwrap() > 0.5, "{found}");
}

#[test]
fn nothing_is_ever_overwritten() {
    let (coach, first) = imported(&["--answers", "answers.jsonl"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    coach.write("rubrics/imported/what-is-a-port.toml", "mine");
    for (arguments, there) in [
        (&["--answers", "new.jsonl"][..], "rubrics/imported/udp-1.toml is there already"),
        (&["--out", "other", "--answers", "answers.jsonl"], "answers.jsonl is there already"),
    ] {
        let ran = coach.run(&[&["rubric", "import", "exam.csv"], arguments].concat());
        assert_eq!(ran.code, 1);
        assert!(ran.stderr.contains(there), "{}", ran.stderr);
    }
    assert_eq!(coach.read("rubrics/imported/what-is-a-port.toml"), "mine");
    assert!(!coach.path("new.jsonl").exists() && !coach.path("other").exists(), "all or nothing");
}

#[test]
fn wrong_files_are_refused_row_by_row() {
    let coach = Coach::new();
    for (content, said) in [
        ("question,answer\nq,a\n", "exam.csv line 1 has no column `reference`; it has: question, answer"),
        (
            "question,reference\nWhy?,\"Because of it.\nHow?,In that way.\n",
            "row 2: a quotation mark is never closed, so the rest of the file is one cell",
        ),
        ("question,reference\n", "exam.csv has no rows but its header"),
        (
            "question,reference,answer,score\nWhy?,Because of it.,x,7\nWhy?,Because of that.,x,good\n",
            "row 3: column `score` must be a number, not good",
        ),
        (
            "question,reference,answer,score\nWhy?,Because of it.,x,7\nWhy?,Because of that.,x,1\n",
            "2 rows are wrong in exam.csv:\n       row 2: the score 7 is not within 0 to 1; name the highest in a \
             column `max_score`\n       row 3: its `reference` is not that of row 2",
        ),
    ] {
        coach.write("exam.csv", content);
        let ran = coach.run(&["rubric", "import", "exam.csv"]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
        assert!(!coach.path("rubrics").exists());
    }
    let ran = coach.run(&["rubric", "import", "exam.csv", "--topic", "My Topic"]);
    assert!(ran.stderr.contains("the topic \"My Topic\" is not kebab-case"), "{}", ran.stderr);
}

#[test]
fn a_sheet_has_levels_key_points_and_room_for_the_grader() {
    let (coach, _) = imported(&["--out", "mine"]);
    let sheet = coach.run(&["rubric", "export", "what-is-a-port", "--rubrics", "mine"]);
    insta::assert_snapshot!(sheet.stdout.replace("\r\n", "\n"), @r#"
    question,criterion,title,weight,levels,key_points,level,mistakes,remarks
    what-is-a-port,content,What the reference answer says,1,"0: Absent or wrong: makes no key point, or only says the contrary.
    1: Makes 1 tenth of what the key point says.
    2: Makes 2 tenths of what the key point says.
    3: Makes 3 tenths of what the key point says.
    4: Makes 4 tenths of what the key point says.
    5: Makes 5 tenths of what the key point says.
    6: Makes 6 tenths of what the key point says.
    7: Makes 7 tenths of what the key point says.
    8: Makes 8 tenths of what the key point says.
    9: Makes 9 tenths of what the key point says.
    10: Makes the key point in full.",• A number that says which program a packet is for.,,,
    "#);
    let page =
        coach.run(&["rubric", "export", "what-is-a-port", "--rubrics", "mine", "--format", "markdown"]);
    insta::assert_snapshot!(page.stdout, @"
    # What is a port?

    `what-is-a-port`, core, about 1 min

    ## Question

    What is a port?

    ## Model answer

    A number that says which program a packet is for.

    ## What the reference answer says (`content`, weight 1)

    - **Level 0:** Absent or wrong: makes no key point, or only says the contrary.
    - **Level 1:** Makes 1 tenth of what the key point says.
    - **Level 2:** Makes 2 tenths of what the key point says.
    - **Level 3:** Makes 3 tenths of what the key point says.
    - **Level 4:** Makes 4 tenths of what the key point says.
    - **Level 5:** Makes 5 tenths of what the key point says.
    - **Level 6:** Makes 6 tenths of what the key point says.
    - **Level 7:** Makes 7 tenths of what the key point says.
    - **Level 8:** Makes 8 tenths of what the key point says.
    - **Level 9:** Makes 9 tenths of what the key point says.
    - **Level 10:** Makes the key point in full.

    Key points:

    - [ ] A number that says which program a packet is for.

    ## Levels given

    | answer | content (0 to 10) | mistakes |
    | --- | --- | --- |
    |   |   |   |
    ");
    let all = coach.run(&["rubric", "export"]);
    assert_eq!(all.code, 0);
    assert!(
        all.stdout
            .starts_with("question,criterion,title,weight,levels,key_points,level,mistakes,remarks\r\n")
    );
}

#[test]
fn a_sheet_for_answers_comes_back_as_human_ratings() {
    let (coach, _) = imported(&["--out", "mine", "--answers", "answers.jsonl"]);
    coach.run(&["grade", "answers.jsonl", "--rubrics", "mine", "-o", "grades.jsonl"]);
    let sheet = coach.run(&["rubric", "export", "udp-1", "--rubrics", "mine", "--answers", "answers.jsonl"]);
    assert!(sheet.stdout.starts_with("id,question,answer,level:content,mistakes\r\n"), "{}", sheet.stdout);
    let filled: String = sheet
        .stdout
        .split(",,\r\n")
        .zip(["10", "5", "0", ""])
        .fold(String::new(), |text, (row, level)| text + row + "," + level + ",\r\n");
    coach.write("sheet.csv", filled);
    let compared = coach.run(&["agreement", "grades.jsonl", "--human", "sheet.csv", "--json"]);
    let found: Value = serde_json::from_str(&compared.stdout).unwrap();
    assert_eq!((&found["answers"], &found["left_out"]["not_rated"]["first"]), (&json!(3), &json!(["u4"])));
    let unknown = coach.run(&["rubric", "export", "udp-9", "--rubrics", "mine"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean udp-1"), "{}", unknown.stderr);
}
