//! The decision over every status and every fault.

use super::*;
use crate::endpoint::complaint::Parameter;
use crate::endpoint::error::TimeLimit;

const BUDGET: Budget =
    Budget { retries: 4, unit: Duration::from_millis(500), longest_wait: Duration::from_secs(120) };

fn complained(status: u16, kind: ComplaintKind, wait: RequestedWait) -> Fault {
    Fault::Complained { complaint: Complaint { status, kind, said: String::new() }, wait }
}

fn status(status: u16) -> Fault {
    complained(status, ComplaintKind::Other, RequestedWait::default())
}

fn asked_to_wait(seconds: u64) -> RequestedWait {
    RequestedWait { wait: Some(Duration::from_secs(seconds)), again: None }
}

/// How many retries a fault gets before it is given up.
fn granted(fault: &Fault, budget: &Budget) -> u32 {
    (0..100).take_while(|retried| decide(fault, *retried, budget, 0.5) != Decision::GiveUp).count() as u32
}

#[test]
fn every_status_code() {
    for code in 100..=599 {
        let expected = match code {
            429 => RATE_LIMIT_RETRIES,
            408 | 409 | 425 | 500 | 502 | 503 | 504 | 520 | 521 | 522 | 523 | 524 | 529 => BUDGET.retries,
            _ => 0,
        };
        assert_eq!(granted(&status(code), &BUDGET), expected, "{code}");
    }
}

#[test]
fn what_a_complaint_means_outweighs_its_status() {
    for kind in [
        ComplaintKind::UnknownModel,
        ComplaintKind::ContextTooLong,
        ComplaintKind::ContentFilter,
        ComplaintKind::QuotaExhausted,
        ComplaintKind::WrongPath,
    ] {
        for code in 100..=599 {
            let fault = complained(code, kind, asked_to_wait(1));
            assert_eq!(decide(&fault, 0, &BUDGET, 0.5), Decision::GiveUp, "{kind:?} {code}");
        }
    }
    let refused = ComplaintKind::Parameter(Parameter::Seed);
    assert_eq!(granted(&complained(400, refused, RequestedWait::default()), &BUDGET), 0);
    assert_eq!(granted(&complained(500, refused, RequestedWait::default()), &BUDGET), 4);
}

#[test]
fn every_transport_fault() {
    let detail = String::new;
    for (fault, expected) in [
        (Fault::Unreachable { detail: detail() }, UNREACHABLE_RETRIES),
        (Fault::TimedOut { limit: TimeLimit::Connect }, TIMED_OUT_RETRIES),
        (Fault::TimedOut { limit: TimeLimit::FirstToken }, TIMED_OUT_RETRIES),
        (Fault::TimedOut { limit: TimeLimit::Silence }, TIMED_OUT_RETRIES),
        (Fault::TimedOut { limit: TimeLimit::Total }, TIMED_OUT_RETRIES),
        (Fault::ConnectionLost { detail: detail() }, BUDGET.retries),
        (Fault::Malformed { detail: detail() }, BUDGET.retries),
        (Fault::WebPage { detail: detail() }, WEB_PAGE_RETRIES),
        (Fault::TlsFailed { detail: detail() }, 0),
        (Fault::Redirected { target: detail() }, 0),
        (Fault::TooLarge, 0),
    ] {
        assert_eq!(granted(&fault, &BUDGET), expected, "{fault:?}");
    }
}

#[test]
fn without_retries_nothing_is_retried() {
    let none = Budget { retries: 0, ..BUDGET };
    for fault in [status(429), status(500), Fault::ConnectionLost { detail: String::new() }] {
        assert_eq!(decide(&fault, 0, &none, 0.5), Decision::GiveUp, "{fault:?}");
    }
}

#[test]
fn waits_double_up_to_a_cap_and_chance_takes_up_to_half() {
    let waits = |jitter| -> Vec<u64> {
        (0..9)
            .map(|retried| match decide(&status(429), retried, &BUDGET, jitter) {
                Decision::Retry { after } => u64::try_from(after.as_millis()).unwrap(),
                Decision::GiveUp => panic!("gave up at {retried}"),
            })
            .collect()
    };
    assert_eq!(waits(1.0), [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    assert_eq!(waits(0.0), [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    assert!(
        waits(0.0).iter().sum::<u64>() >= 60_000,
        "a rate limit's minute is outlived whatever chance does"
    );
}

#[test]
fn a_requested_wait_is_kept_and_not_undercut() {
    let decided = |seconds, jitter| {
        decide(&complained(429, ComplaintKind::Other, asked_to_wait(seconds)), 0, &BUDGET, jitter)
    };
    assert_eq!(decided(7, 0.0), Decision::Retry { after: Duration::from_secs(7) });
    assert_eq!(decided(7, 1.0), Decision::Retry { after: Duration::from_millis(7_500) });
    assert_eq!(decided(0, 0.0), Decision::Retry { after: Duration::ZERO });
    assert_eq!(decided(120, 0.0), Decision::Retry { after: Duration::from_secs(120) });
    assert_eq!(decided(121, 0.0), Decision::GiveUp);
}

#[test]
fn a_server_may_overrule_its_status() {
    let told = |again| RequestedWait { wait: None, again: Some(again) };
    assert_eq!(granted(&complained(400, ComplaintKind::Other, told(true)), &BUDGET), 4);
    assert_eq!(granted(&complained(500, ComplaintKind::Other, told(false)), &BUDGET), 0);
    assert_eq!(granted(&complained(402, ComplaintKind::QuotaExhausted, told(true)), &BUDGET), 0);
}

#[test]
fn a_backoff_of_zero_stays_zero() {
    let at_once = Budget { unit: Duration::ZERO, ..BUDGET };
    for retried in 0..4 {
        assert_eq!(decide(&status(500), retried, &at_once, 0.9), Decision::Retry { after: Duration::ZERO });
    }
}

#[test]
fn headers_that_ask_for_a_wait() {
    let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
    for (milliseconds, seconds, expected) in [
        (None, None, None),
        (None, Some("7"), Some(7_000)),
        (None, Some(" 1.5 "), Some(1_500)),
        (None, Some("0"), Some(0)),
        (None, Some("Sun, 06 Nov 1994 08:50:07 GMT"), Some(30_000)),
        (None, Some("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0)),
        (Some("250"), Some("7"), Some(250)),
        (Some("nonsense"), Some("7"), Some(7_000)),
        (None, Some("soon"), None),
        (None, Some("-1"), None),
        (None, Some("NaN"), None),
        (None, Some("inf"), None),
        (None, Some("1e300"), None),
        (None, Some(""), None),
    ] {
        let headers = WaitHeaders { retry_after_ms: milliseconds, retry_after: seconds, should_retry: None };
        let expected = expected.map(Duration::from_millis);
        assert_eq!(headers.read(now).wait, expected, "{milliseconds:?} {seconds:?}");
    }
    let told = |text| WaitHeaders { should_retry: Some(text), ..WaitHeaders::default() }.read(now).again;
    assert_eq!([told("true"), told("false"), told("perhaps")], [Some(true), Some(false), None]);
}
