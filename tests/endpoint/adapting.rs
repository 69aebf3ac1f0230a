//! Servers with their quirks: what they refuse is found once, left out, and remembered.

use super::*;

/// A server that refuses requests for which `refuses` has words.
fn picky(refuses: fn(&Request) -> Option<Reply>) -> FakeEndpoint {
    FakeEndpoint::start(move |request| refuses(request).unwrap_or_else(|| Reply::chat("taken")))
}

/// Asks twice, whole and streamed, and gives the requests that each took and the last one.
async fn asked(fake: &FakeEndpoint, request: &ChatRequest) -> (Vec<u32>, Value, Capabilities) {
    let endpoint = endpoint(fake);
    let whole = endpoint.chat(request).await.unwrap();
    let streamed = endpoint.chat_streamed(request, &mut |_| {}).await.unwrap();
    assert_eq!((whole.text.as_str(), streamed.text.as_str()), ("taken", "taken"));
    let last = fake.requests().pop().unwrap().json;
    (vec![whole.requests, streamed.requests], last, endpoint.capabilities())
}

fn format_of(request: &Request) -> Option<&str> {
    request.json["response_format"]["type"].as_str()
}

#[tokio::test]
async fn lm_studio_takes_schemas_but_no_objects() {
    let refuses = |request: &Request| {
        let complaint = json!({"error": "'response_format.type' must be 'json_schema' or 'text'"});
        (format_of(request) == Some("json_object")).then(|| Reply::json(400, &complaint))
    };
    let (requests, last, _) = asked(&picky(refuses), &request(schema())).await;
    assert_eq!((requests, &last["response_format"]["type"]), (vec![1, 1], &json!("json_schema")));
    let (requests, last, known) = asked(&picky(refuses), &request(ReplyShape::Object)).await;
    assert_eq!((requests, last.get("response_format")), (vec![2, 1], None));
    assert_eq!((known.schema, known.object), (Support::Untried, Support::Refused));
}

#[tokio::test]
async fn a_server_that_takes_objects_but_no_schemas() {
    let fake = picky(|request| {
        let complaint = "This response_format type is unavailable now";
        (format_of(request) == Some("json_schema"))
            .then(|| Reply::error(400, complaint, "invalid_request_error"))
    });
    let (requests, last, known) = asked(&fake, &request(schema())).await;
    assert_eq!((requests, &last["response_format"]), (vec![2, 1], &json!({"type": "json_object"})));
    assert_eq!((known.schema, known.object), (Support::Refused, Support::Taken));
}

#[tokio::test]
async fn a_server_that_takes_text_only() {
    let fake = picky(|request| {
        format_of(request).map(|_| Reply::error(501, "response_format is not implemented", ""))
    });
    let (requests, last, _) = asked(&fake, &request(schema())).await;
    assert_eq!((requests, last.get("response_format")), (vec![3, 1], None));
}

#[tokio::test]
async fn a_schema_that_llama_cpp_cannot_compile_does_not_spoil_the_others() {
    let fake = picky(|request| {
        let schema = &request.json["response_format"]["json_schema"]["schema"];
        let complaint = "JSON schema conversion failed:\nUnrecognized schema: {\"type\":\"nonsense\"}";
        (schema["type"] == "nonsense").then(|| Reply::error(400, complaint, "invalid_request_error"))
    });
    let bad = ReplyShape::Schema { name: "critique".to_owned(), schema: json!({"type": "nonsense"}).into() };
    let endpoint = endpoint(&fake);
    for (shape, requests) in [(bad.clone(), 2), (bad, 1), (schema(), 1)] {
        assert_eq!(endpoint.chat(&request(shape)).await.unwrap().requests, requests);
    }
    assert_eq!(endpoint.capabilities().schema, Support::Taken);
}

#[tokio::test]
async fn newer_openai_models_have_another_cap_and_a_fixed_temperature() {
    let fake = picky(|request| {
        let cap = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
        let temperature = "Unsupported value: 'temperature' does not support 0 with this model.";
        if request.json.get("max_tokens").is_some() {
            Some(Reply::error(400, cap, "unsupported_parameter"))
        } else {
            request.json.get("temperature").map(|_| Reply::error(400, temperature, "unsupported_value"))
        }
    });
    let (requests, last, known) = asked(&fake, &request(schema())).await;
    assert_eq!((requests, &last["max_completion_tokens"]), (vec![3, 1], &json!(50)));
    assert_eq!((known.token_cap, known.temperature), (TokenCap::MaxCompletionTokens, Support::Refused));
}

#[tokio::test]
async fn servers_that_forbid_what_they_do_not_know() {
    let fake = picky(|request| {
        ["seed", "stream_options"].iter().find(|field| request.json.get(**field).is_some()).map(|field| {
            let place = json!({"type": "extra_forbidden", "loc": ["body", field], "msg": "Extra inputs are not permitted"});
            Reply::json(422, &json!({"detail": [place]}))
        })
    });
    let (requests, last, known) = asked(&fake, &ask()).await;
    assert_eq!((requests, last.get("seed"), last.get("stream_options")), (vec![2, 2], None, None));
    assert_eq!((known.seed, known.stream_usage), (Support::Refused, Support::Refused));
}

#[tokio::test]
async fn a_server_that_refuses_whatever_is_changed_is_not_asked_for_ever() {
    let fake = picky(|request| {
        let cap =
            if request.json.get("max_tokens").is_some() { "max_tokens" } else { "max_completion_tokens" };
        Some(Reply::error(400, &format!("unsupported parameter: {cap}"), "unsupported_parameter"))
    });
    let error = endpoint(&fake).chat(&ask()).await.unwrap_err();
    assert!(matches!(error, EndpointError::RequestRejected { status: 400, .. }), "{error:?}");
    assert!((2..20).contains(&fake.requests().len()), "{}", fake.requests().len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_share_what_is_found() {
    let fake = picky(|request| format_of(request).map(|_| Reply::error(400, "no response_format here", "")));
    let endpoint = endpoint(&fake);
    let asked: Vec<_> = (0..40)
        .map(|_| {
            let endpoint = endpoint.clone();
            tokio::spawn(async move { endpoint.chat(&request(schema())).await.unwrap().requests })
        })
        .collect();
    for reply in asked {
        assert!((1..=3).contains(&reply.await.unwrap()));
    }
    assert_eq!(endpoint.chat(&request(schema())).await.unwrap().requests, 1);
}

#[tokio::test]
async fn what_an_earlier_run_found_is_gone_on_from() {
    let fake = picky(|request| format_of(request).map(|_| Reply::error(400, "no response_format here", "")));
    let first = endpoint(&fake);
    first.chat(&request(schema())).await.unwrap();
    let stored = serde_json::to_string(&first.capabilities()).unwrap();
    let known: Capabilities = serde_json::from_str(&stored).unwrap();
    let second = endpoint(&fake).knowing(&known);
    assert_eq!(second.chat(&request(schema())).await.unwrap().requests, 1);
}

/// Answers below `/v1` only; elsewhere as `elsewhere` says.
fn below_v1(elsewhere: Reply) -> FakeEndpoint {
    FakeEndpoint::start(move |request| match request.path.as_str() {
        "/v1/chat/completions" => Reply::chat("found"),
        "/v1/models" => Reply::json(200, &json!({"data": [{"id": "a"}]})),
        _ => elsewhere.clone(),
    })
}

#[tokio::test]
async fn a_forgotten_v1_is_added_and_remembered() {
    let lm_studio = json!({"error": "Unexpected endpoint or method. (POST /chat/completions)"});
    for elsewhere in [
        Reply::error(404, "File Not Found", "not_found_error"),
        Reply::html(404, "404 page not found"),
        Reply::html(405, "Not Allowed"),
        Reply::json(200, &lm_studio),
    ] {
        let fake = below_v1(elsewhere);
        let endpoint = Endpoint::new(settings(&fake.root())).unwrap();
        let requests =
            [endpoint.chat(&ask()).await.unwrap().requests, endpoint.chat(&ask()).await.unwrap().requests];
        assert_eq!(requests, [2, 1]);
        assert_eq!(endpoint.model_names().await.unwrap(), ["a"]);
        let fresh = Endpoint::new(settings(&fake.root())).unwrap();
        assert_eq!(fresh.model_names().await.unwrap(), ["a"]);
        assert_eq!(stream(&fresh).await.0.unwrap().requests, 1);
    }
}

#[tokio::test]
async fn a_wrong_path_is_told_as_the_user_wrote_it() {
    let fake = FakeEndpoint::replying([Reply::status(404)]);
    for (base, path, requests, hint) in [
        (fake.root(), "/chat/completions", 2, "adding that was tried"),
        (format!("{}/v2", fake.root()), "/v2/chat/completions", 1, "usually ends in /v1"),
    ] {
        let before = fake.requests().len();
        let error = Endpoint::new(settings(&base)).unwrap().chat(&ask()).await.unwrap_err();
        let place = format!("{}{path}", fake.root().replace("http://", ""));
        assert!(error.to_string().starts_with(&format!("nothing at {place}:")), "{error}");
        assert!(error.hint().unwrap().contains(hint) && error.stops_the_run());
        assert_eq!(fake.requests().len() - before, requests);
    }
}

#[tokio::test]
async fn a_missing_model_behind_a_forgotten_v1_is_a_missing_model() {
    let fake = FakeEndpoint::start(|request| match request.path.as_str() {
        "/v1/chat/completions" => {
            Reply::error(404, "The model `test-model` does not exist.", "NotFoundError")
        }
        _ => Reply::status(404),
    });
    let error = Endpoint::new(settings(&fake.root())).unwrap().chat(&ask()).await.unwrap_err();
    assert!(matches!(error, EndpointError::UnknownModel { .. }), "{error:?}");
    assert!(error.to_string().contains("/v1/chat/completions"), "{error}");
}

#[tokio::test]
async fn a_v1_that_is_gone_is_given_up() {
    let fake = FakeEndpoint::start(|request| match request.path.as_str() {
        "/chat/completions" => Reply::chat("found"),
        _ => Reply::error(404, "File Not Found", "not_found_error"),
    });
    let before = Capabilities { base_path: BasePath::WithV1, ..Capabilities::default() };
    let endpoint = Endpoint::new(settings(&fake.root())).unwrap().knowing(&before);
    assert_eq!(endpoint.chat(&ask()).await.unwrap().requests, 2);
    assert_eq!(endpoint.capabilities().base_path, BasePath::AsGiven);
}

#[tokio::test]
async fn a_long_conversation_that_comes_back_empty_is_asked_without_a_form() {
    let fake = FakeEndpoint::start(|request| {
        let is_long = request.last_message().len() > 100;
        Reply::chat(if is_long && format_of(request).is_some() { "" } else { "taken" })
    });
    let endpoint = endpoint(&fake);
    let said = |length: usize| {
        let message = Message { role: Role::User, content: "x".repeat(length).into() };
        ChatRequest { messages: vec![message], ..request(schema()) }
    };
    for (length, requests, form) in [
        (50, 1, Some("json_schema")),
        (150, 2, None),
        (150, 1, None),
        (120, 2, None),
        (60, 1, Some("json_schema")),
    ] {
        let reply = endpoint.chat(&said(length)).await.unwrap();
        assert_eq!((reply.text.as_str(), reply.requests), ("taken", requests), "{length}");
        assert_eq!(reply.usage.prompt_tokens, 10 * u64::from(requests), "what was in vain is paid for, too");
        assert_eq!(format_of(fake.requests().last().unwrap()), form, "{length}");
    }
    assert_eq!(endpoint.capabilities().empty_from, Some(120));
}
