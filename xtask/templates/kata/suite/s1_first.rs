use @ID@::s1_first::larger;

/// Of two numbers the larger comes back, whichever of them comes first.
#[suite::test]
fn the_larger_comes_back() {
    let later: u64 = larger(1, 2);
    assert!(later == 2, "larger(1, 2).\nExpected: 2\nSaw:      {later}");
    let earlier: u64 = larger(2, 1);
    assert!(earlier == 2, "larger(2, 1).\nExpected: 2\nSaw:      {earlier}");
}
