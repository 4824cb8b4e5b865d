//! A gateway and a mailer by themselves, and as ports of an exploration.

use std::sync::Arc;
use std::time::Duration;

use effects::{Gateway, GatewayAnswer, GatewayError, MailAnswer, MailError, Mailer};
use explorer::{Bounds, Caller, Harm, Port, Ports, Returned, Scenario, explore};

#[tokio::test]
async fn a_key_is_answered_as_before_and_has_one_effect() {
    let gateway = Gateway::new();
    let client = gateway.client(Caller::Plain);
    let first = client.charge("order-1", 3000, Some("a")).await.unwrap();
    assert_eq!(client.charge("order-1", 3000, Some("a")).await.as_ref(), Ok(&first));
    assert_eq!(
        client.charge("order-1", 2000, Some("a")).await,
        Err(GatewayError::KeyReused),
        "another amount"
    );
    assert_eq!(gateway.ledger().times("order-1"), 1);
    client.charge("order-1", 3000, None).await.unwrap();
    client.charge("order-1", 3000, Some("b")).await.unwrap();
    assert_eq!(gateway.ledger().times("order-1"), 3);
    let keys: Vec<_> = gateway.calls().into_iter().map(|call| call.key).collect();
    let key = |text: &str| Some(text.to_owned());
    assert_eq!(keys, [key("a"), key("a"), key("a"), None, key("b")]);
}

#[tokio::test]
async fn what_is_final_is_kept_and_what_is_transient_is_not() {
    use GatewayAnswer::{ChargesThenTimesOut, Declines, TimesOut, Unavailable};
    let gateway = Gateway::scripted([Declines, Unavailable, TimesOut, ChargesThenTimesOut]);
    let client = gateway.client(Caller::Plain);
    let charge = async |key| client.charge(key, 1, Some(key)).await.map(|charged| charged.id);
    assert_eq!(charge("declined").await, Err(GatewayError::Declined));
    assert_eq!(charge("declined").await, Err(GatewayError::Declined));
    assert_eq!(charge("later").await, Err(GatewayError::Unavailable));
    assert_eq!(charge("later").await, Err(GatewayError::TimedOut));
    assert_eq!(gateway.ledger().total(), 0);
    assert_eq!(client.find("later").await, Ok(None));
    assert_eq!(charge("later").await, Err(GatewayError::TimedOut));
    assert_eq!(gateway.ledger().times("later"), 1);
    assert_eq!(charge("later").await.unwrap(), "ch_1");
    assert_eq!(client.find("later").await.unwrap().unwrap().id, "ch_1");
    assert_eq!(client.find("declined").await, Ok(None));
    gateway.reset();
    assert_eq!(gateway.ledger().total(), 0);
    assert_eq!(charge("declined").await, Err(GatewayError::Declined), "the script begins anew");
}

#[tokio::test(start_paused = true)]
async fn a_late_reply_comes_after_its_effect() {
    let hour = Duration::from_secs(3600);
    let gateway = Gateway::scripted([GatewayAnswer::ChargesLate(hour)]);
    let client = gateway.client(Caller::Plain);
    let started = tokio::time::Instant::now();
    let soon = tokio::time::timeout(hour / 2, client.charge("order-1", 1, Some("a"))).await;
    assert!(soon.is_err());
    assert_eq!(gateway.ledger().times("order-1"), 1);
    assert_eq!(client.charge("order-1", 1, Some("a")).await.unwrap().id, "ch_1");
    assert_eq!(started.elapsed(), hour / 2);
}

#[tokio::test]
async fn a_mailer_sends_each_mail_once_for_its_key() {
    let mailer = Mailer::scripted([MailAnswer::SendsThenTimesOut, MailAnswer::Refuses]);
    let client = mailer.client(Caller::Plain);
    assert_eq!(client.send("order-1", "ana", Some("k")).await, Err(MailError::TimedOut));
    assert_eq!(client.send("order-1", "ana", Some("k")).await.unwrap().id, "mail_1");
    assert_eq!(client.send("order-2", "?", Some("l")).await, Err(MailError::Refused));
    assert_eq!(client.send("order-2", "?", Some("l")).await, Err(MailError::Refused));
    assert_eq!(client.send("order-2", "ben", Some("l")).await, Err(MailError::KeyReused));
    client.send("order-1", "ana", None).await.unwrap();
    assert_eq!(mailer.ledger().state("mails"), "# mails\tid\ttimes\norder-1\t2");
}

/// Charges with this key until there is an answer.
fn until_charged(
    gateway: &Gateway,
    key: Option<&'static str>,
) -> impl Fn(explorer::Actor) -> explorer::Body + Send + Sync + 'static {
    let gateway = gateway.clone();
    move |me| {
        let client = gateway.client(Caller::from(me));
        Box::pin(async move {
            while client.charge("order-1", 30, key).await == Err(GatewayError::TimedOut) {}
            Returned { text: "paid".into(), ok: true, gave_up: false }
        })
    }
}

fn scenario(gateway: &Gateway, key: Option<&'static str>, harms: &[Harm]) -> Scenario {
    let ports = Ports::new([Arc::new(gateway.clone()) as Arc<dyn Port>]);
    Scenario::new(ports).lane("A: pays", until_charged(gateway, key)).port_faults(harms)
}

fn results(scenario: Scenario) -> (Vec<String>, explorer::Explored) {
    let explored = explore(scenario).unwrap();
    let states = explored.outcomes.keys().map(|result| result.rsplit('\t').next().unwrap().into());
    (states.collect(), explored)
}

#[test]
fn a_lost_reply_charges_twice_without_a_key() {
    let gateway = Gateway::new();
    let bounds = Bounds { faults: 1, ..Bounds::default() };
    let lost = [Harm::LostBefore, Harm::LostAfter];
    assert_eq!(results(scenario(&gateway, None, &lost).bounds(bounds.clone())).0, ["1", "2"]);
    assert_eq!(results(scenario(&gateway, Some("k"), &lost).bounds(bounds)).0, ["1"]);
}

#[test]
fn a_process_that_dies_after_the_charge_charges_again_without_a_key() {
    let gateway = Gateway::new();
    let bounds = Bounds { faults: 1, restarts: true, ..Bounds::default() };
    let dies = [Harm::DiesBefore, Harm::DiesAfter];
    let (times, explored) = results(scenario(&gateway, None, &dies).bounds(bounds.clone()));
    assert_eq!(times, ["1", "2"]);
    assert_eq!((explored.schedules, explored.kills, explored.crash_points), (3, 2, 2));
    let (times, explored) = results(scenario(&gateway, Some("k"), &dies).bounds(bounds));
    assert_eq!((times, explored.crash_points), (vec!["1".to_owned()], 2));
}
