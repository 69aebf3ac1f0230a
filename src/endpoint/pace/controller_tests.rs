//! The controller against simulated servers: what it settles at, and what it does after a refusal.

use std::collections::BinaryHeap;

use super::super::quota::Left;
use super::*;

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn limits(concurrency: Concurrency) -> Limits {
    Limits { concurrency, rpm: None, tpm: None, unit: Duration::from_millis(500) }
}

/// A server with so many slots; what comes beyond waits for one, or is refused.
#[derive(Clone, Copy)]
struct Server {
    slots: usize,
    seconds: f64,
    /// Requests under way beyond which it refuses.
    refuses_above: usize,
    /// Requests that it takes in a minute, told in headers or not.
    rpm: usize,
    tells_quota: bool,
}

const SOUND: Server = Server {
    slots: usize::MAX,
    seconds: 1.0,
    refuses_above: usize::MAX,
    rpm: usize::MAX,
    tells_quota: false,
};

/// What was seen in a simulation.
#[derive(Default)]
struct Course {
    answered: Vec<Duration>,
    refused: Vec<Duration>,
    sent: Vec<Duration>,
    most_under_way: usize,
    limit: usize,
}

/// Answers in flight, the earliest first: when, and how the server took it.
type InFlight = BinaryHeap<std::cmp::Reverse<(Duration, usize)>>;

fn simulate(limits: Limits, server: Server, length: f64) -> Course {
    let (mut controller, mut course) = (Controller::new(limits), Course::default());
    let (mut now, mut in_flight) = (Duration::ZERO, InFlight::new());
    let mut requests: Vec<(Admission, Duration, News, Quota)> = Vec::new();
    let mut slots_free_at: Vec<Duration> = vec![Duration::ZERO; server.slots.min(4_096)];
    while now < seconds(length) {
        let wake = loop {
            match controller.turn(now, 1_000) {
                Turn::Go(admission) => {
                    course.sent.push(now);
                    let (done, news, quota) =
                        serve(&server, &course, in_flight.len(), &mut slots_free_at, now);
                    in_flight.push(std::cmp::Reverse((done, requests.len())));
                    requests.push((admission, now, news, quota));
                    course.most_under_way = course.most_under_way.max(in_flight.len());
                }
                Turn::NotBefore(time) => break Some(time),
                Turn::WhenHeard => break None,
            }
        };
        let next = in_flight.peek().map(|next| next.0.0);
        now = match (next, wake) {
            (Some(next), Some(wake)) => next.min(wake),
            (Some(time), None) | (None, Some(time)) => time,
            (None, None) => panic!("nothing is under way and nothing may go: {controller:?}"),
        };
        while let Some(std::cmp::Reverse((done, index))) =
            in_flight.peek().copied().filter(|next| next.0.0 <= now)
        {
            in_flight.pop();
            let (admission, _, news, quota) = requests[index];
            match news {
                News::Answered { .. } => course.answered.push(done),
                _ => course.refused.push(done),
            }
            controller.heard(now, admission, news, quota, 0.5);
        }
    }
    course.limit = controller.limit();
    course
}

/// When the request that comes `now` is done, how, and what its headers say.
fn serve(
    server: &Server,
    course: &Course,
    under_way: usize,
    slots: &mut [Duration],
    now: Duration,
) -> (Duration, News, Quota) {
    let minute = now.as_secs() / 60;
    let in_this_minute = course.sent.iter().filter(|at| at.as_secs() / 60 == minute).count();
    let reset = seconds((minute + 1) as f64 * 60.0).saturating_sub(now);
    let remaining = server.rpm.saturating_sub(in_this_minute) as u64;
    let requests = server.tells_quota.then_some(Left { remaining, reset });
    let quota = Quota { requests, tokens: None };
    if in_this_minute > server.rpm || under_way >= server.refuses_above {
        return (now + seconds(0.01), News::Refused { wait: None }, quota);
    }
    let slot = slots.iter_mut().min().expect("a server has slots");
    *slot = (*slot).max(now) + seconds(server.seconds);
    let done = *slot;
    (done, News::Answered { after: done.saturating_sub(now), tokens: None }, quota)
}

#[test]
fn auto_finds_what_a_server_keeps_up_with() {
    for (name, server, least, most) in [
        ("as much as one likes", SOUND, CEILING, CEILING),
        ("one slot", Server { slots: 1, ..SOUND }, 1, 4),
        ("four slots", Server { slots: 4, ..SOUND }, 4, 8),
        ("sixteen slots", Server { slots: 16, ..SOUND }, 16, 32),
        ("refuses the 33rd", Server { refuses_above: 32, ..SOUND }, 16, 40),
        ("refuses the second", Server { refuses_above: 1, ..SOUND }, 1, 3),
    ] {
        let course = simulate(limits(Concurrency::Auto), server, 120.0);
        assert!((least..=most).contains(&course.limit), "{name}: settled at {}", course.limit);
        let ideal = server.slots.min(server.refuses_above).min(CEILING) as f64 * 120.0;
        let share = course.answered.len() as f64 / ideal;
        assert!(share > 0.5, "{name}: {share:.2} of what it could answer");
    }
}

#[test]
fn answers_that_get_longer_are_no_queue() {
    let mut controller = Controller::new(limits(Concurrency::Auto));
    let mut now = 0.0;
    let mut rounds = |controller: &mut Controller, count: usize, length: f64| {
        for _ in 0..count {
            let mut all = Vec::new();
            while let Turn::Go(admission) = controller.turn(seconds(now), 1) {
                all.push(admission);
            }
            now += length;
            for admission in all {
                let news = News::Answered { after: seconds(length), tokens: None };
                controller.heard(seconds(now), admission, news, Quota::default(), 0.0);
            }
        }
    };
    rounds(&mut controller, 6, 1.0);
    let before = controller.limit();
    rounds(&mut controller, 60, 5.0);
    assert!(controller.limit() > before, "{before} before, {} after", controller.limit());
}

#[test]
fn auto_starts_low_and_a_fixed_number_is_kept() {
    let early = simulate(limits(Concurrency::Auto), SOUND, 2.5);
    assert!(early.most_under_way <= 8, "{}", early.most_under_way);
    for number in [1, 32, 1_000] {
        let course = simulate(limits(Concurrency::Fixed(number)), SOUND, 10.0);
        assert_eq!(course.most_under_way, usize::from(number));
        assert_eq!(course.answered.len(), 10 * usize::from(number), "never idle");
    }
}

#[test]
fn a_quota_told_in_headers_is_never_exceeded() {
    let server = Server { rpm: 100, tells_quota: true, ..SOUND };
    for concurrency in [Concurrency::Auto, Concurrency::Fixed(16)] {
        let course = simulate(limits(concurrency), server, 300.0);
        assert_eq!(course.refused.len(), 0, "{concurrency:?}");
        assert!(course.answered.len() > 300, "{concurrency:?}: {}", course.answered.len());
    }
}

#[test]
fn an_untold_quota_is_probed_by_one_request_at_a_time() {
    let server = Server { rpm: 100, ..SOUND };
    let course = simulate(limits(Concurrency::Fixed(64)), server, 300.0);
    let crowd = course.refused.iter().filter(|at| at.as_secs_f64() > 3.0 && at.as_secs_f64() < 59.0).count();
    assert!(crowd <= 8, "{crowd} refused probes in the first minute");
    assert!(course.answered.len() > 300, "{}", course.answered.len());
}

#[test]
fn a_refusal_pauses_everybody_as_long_as_the_server_says() {
    let mut controller = Controller::new(limits(Concurrency::Fixed(3)));
    let go = |controller: &mut Controller, now| match controller.turn(seconds(now), 1) {
        Turn::Go(admission) => admission,
        other => panic!("{other:?} at {now}"),
    };
    let all = [0.0; 3].map(|now| go(&mut controller, now));
    let wait = Some(seconds(10.0));
    let hear = |controller: &mut Controller, now, admission, news| {
        controller.heard(seconds(now), admission, news, Quota::default(), 1.0);
    };
    hear(&mut controller, 1.0, all[0], News::Refused { wait });
    // The pause, and a tenth more by chance.
    assert_eq!(controller.turn(seconds(1.0), 1), Turn::NotBefore(seconds(12.0)));
    // The others of the same crowd are no new episode.
    hear(&mut controller, 1.5, all[1], News::Refused { wait: None });
    hear(&mut controller, 2.0, all[2], News::Refused { wait: Some(seconds(1.0)) });
    assert_eq!(controller.turn(seconds(2.0), 1), Turn::NotBefore(seconds(12.0)));
    // One probes; it fails, and the next may.
    let probe = go(&mut controller, 12.0);
    assert_eq!(controller.turn(seconds(12.0), 1), Turn::WhenHeard);
    hear(&mut controller, 12.5, probe, News::Troubled);
    let probe = go(&mut controller, 12.5);
    let answered = News::Answered { after: seconds(1.0), tokens: None };
    hear(&mut controller, 13.5, probe, answered);
    // Two follow, then all.
    let two = [13.5; 2].map(|now| go(&mut controller, now));
    assert_eq!(controller.turn(seconds(13.5), 1), Turn::WhenHeard);
    hear(&mut controller, 14.5, two[0], answered);
    let _ = [14.5; 2].map(|now| go(&mut controller, now));
    assert_eq!(controller.turn(seconds(14.5), 1), Turn::WhenHeard);
}

#[test]
fn pauses_without_a_word_double_up_to_a_cap() {
    let mut controller = Controller::new(limits(Concurrency::Fixed(1)));
    let (mut now, mut pauses) = (Duration::ZERO, Vec::new());
    let Turn::Go(first) = controller.turn(now, 1) else { panic!("not ready at the start") };
    controller.heard(now, first, News::Refused { wait: None }, Quota::default(), 0.0);
    for _ in 0..9 {
        let Turn::Go(admission) = controller.turn(now, 1) else { panic!("not ready at {now:?}") };
        controller.heard(now, admission, News::Refused { wait: None }, Quota::default(), 0.0);
        let Turn::NotBefore(until) = controller.turn(now, 1) else { panic!("no pause at {now:?}") };
        pauses.push(until.saturating_sub(now).as_secs_f64());
        now = until;
    }
    assert_eq!(pauses, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]);
}

#[test]
fn rates_by_the_minute_are_hard() {
    let by_requests = Limits { rpm: Some(60), ..limits(Concurrency::Fixed(100)) };
    let by_tokens = Limits { tpm: Some(60_000), ..limits(Concurrency::Fixed(100)) };
    for limits in [by_requests, by_tokens] {
        let course = simulate(limits, SOUND, 300.0);
        for from in &course.sent {
            let within = course.sent.iter().filter(|at| *at >= from && **at < *from + seconds(60.0)).count();
            assert!(within <= 60, "{limits:?}: {within} in a minute");
        }
        assert!(course.sent.len() >= 290, "{limits:?}: {}", course.sent.len());
    }
}
