use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Error, Expr, ExprLit, FnArg, ItemFn, Lit, Meta, Result, ReturnType, Safety};

use crate::options::Options;

/// What `#[suite::test(options)] item` becomes: a libtest test, or a compile error that says why.
pub fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    parse(options, item).unwrap_or_else(Error::into_compile_error)
}

fn parse(options: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let function: ItemFn = syn::parse2(item)
        .map_err(|e| Error::new(e.span(), "`#[suite::test]` stands on a function with a body"))?;
    let options: Options = syn::parse2(options)?;
    refuse(&function)?;
    fits(&options, &function)?;
    Ok(generate(&options, &function))
}

/// What would let a test pass, or not run, for another reason than its behaviour.
fn refuse(function: &ItemFn) -> Result<()> {
    for attribute in &function.attrs {
        if let Some(why) = refused(attribute) {
            return Err(Error::new_spanned(attribute, why));
        }
    }
    let signature = &function.sig;
    if let ReturnType::Type(..) = &signature.output {
        return Err(Error::new_spanned(
            &signature.output,
            "a test that returns a `Result` passes without asserting anything: \
             return nothing, and unwrap with a message that says what was expected",
        ));
    }
    if !signature.generics.params.is_empty() || signature.generics.where_clause.is_some() {
        return Err(Error::new_spanned(
            &signature.generics,
            "a test is not generic: name the types that it tests",
        ));
    }
    if let Safety::Unsafe(token) = &signature.safety {
        return Err(Error::new_spanned(
            token,
            "a suite holds no `unsafe`: neither does what it tests",
        ));
    }
    if let Some(abi) = &signature.abi {
        return Err(Error::new_spanned(
            abi,
            "a test is an ordinary Rust function: leave out `extern`",
        ));
    }
    if let Some(token) = &signature.constness {
        return Err(Error::new_spanned(
            token,
            "a test runs, it is not evaluated: leave out `const`",
        ));
    }
    if !function.attrs.iter().any(says_something) {
        return Err(Error::new_spanned(
            &signature.ident,
            "write a doc comment: the behaviour in words, which the learner reads when this fails",
        ));
    }
    Ok(())
}

fn refused(attribute: &Attribute) -> Option<&'static str> {
    let name = attribute.path().segments.last()?.ident.to_string();
    match name.as_str() {
        "should_panic" => Some(
            "`#[should_panic]` would let `todo!()` pass: assert what the code does instead \
             (`suite::expect_panics` where a panic is the behaviour)",
        ),
        "ignore" => Some(
            "`#[ignore]` would count a test that never ran: delete it, or say \
             `suite::not_verified(reason)` where something is missing on this machine",
        ),
        "test" => Some("`#[suite::test]` already makes this a test: leave out the other attribute"),
        _ => None,
    }
}

fn says_something(attribute: &Attribute) -> bool {
    let Meta::NameValue(meta) = &attribute.meta else { return false };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value else { return false };
    attribute.path().is_ident("doc") && !text.value().trim().is_empty()
}

fn fits(options: &Options, function: &ItemFn) -> Result<()> {
    takes(options, function)?;
    match (&options.paused, &options.model, &function.sig.asyncness) {
        (Some(paused), _, None) => {
            Err(Error::new(paused.span(), "`paused` is tokio's clock: it needs an `async fn`"))
        }
        (_, Some(model), Some(_)) => Err(Error::new(
            model.span(),
            "a model explores threads, not tasks: it needs a plain `fn`",
        )),
        _ => Ok(()),
    }
}

/// Nothing, or its database.
fn takes(options: &Options, function: &ItemFn) -> Result<()> {
    let inputs = &function.sig.inputs;
    match (&options.postgres, inputs.first()) {
        (Some(postgres), _) if function.sig.asyncness.is_none() => Err(Error::new(
            postgres.span(),
            "a database is asked over a socket: `postgres` needs an `async fn`",
        )),
        (Some(postgres), argument) => match (argument, inputs.len()) {
            (Some(FnArg::Typed(_)), 1) => Ok(()),
            _ => Err(Error::new(
                postgres.span(),
                "a test with `postgres` is handed its database: `async fn name(db: Db)`",
            )),
        },
        (None, Some(argument)) => Err(Error::new_spanned(
            argument,
            "a test takes no arguments: make what it needs in its body",
        )),
        (None, None) => Ok(()),
    }
}

fn generate(options: &Options, function: &ItemFn) -> TokenStream {
    let ItemFn { attrs, vis, sig, block, .. } = function;
    let ident = &sig.ident;
    let name = ident.to_string();
    let deadline = options.deadline;
    let run = if options.model.is_some() {
        quote! { ::model::run(&SPEC, move || #block) }
    } else if options.postgres.is_some() {
        let access = if options.exclusive { quote!(Exclusive) } else { quote!(Shared) };
        let db = &sig.inputs;
        quote! {
            ::postgres_lab::run(&SPEC, ::postgres_lab::Access::#access, |#db| async move #block)
        }
    } else if sig.asyncness.is_some() {
        let clock = if options.paused.is_some() { quote!(Paused) } else { quote!(Real) };
        quote! {
            ::suite::harness::task(&SPEC, ::suite::harness::Clock::#clock, || async move #block)
        }
    } else {
        quote! { ::suite::harness::plain(&SPEC, || #block) }
    };
    quote! {
        #(#attrs)*
        #[::core::prelude::v1::test]
        #vis fn #ident() {
            const SPEC: ::suite::Spec = ::suite::Spec {
                module: ::core::module_path!(),
                name: #name,
                deadline: ::core::time::Duration::from_secs(#deadline),
            };
            #run
        }
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;

    fn expand(options: &str, item: &str) -> String {
        let tokens = |text: &str| text.parse::<TokenStream>().expect(text);
        super::test(tokens(options), tokens(item)).to_string()
    }

    /// The sentence of a refusal.
    fn refusal(options: &str, item: &str) -> String {
        let expansion = expand(options, item);
        assert!(expansion.contains("compile_error"), "not refused: {expansion}");
        expansion.split('"').nth(1).expect(&expansion).to_owned()
    }

    #[test]
    fn a_plain_test() {
        let expansion = expand("", "/// Holds.\n #[cfg(unix)] fn holds() { assert!(true); }");
        for part in [
            "# [doc = \" Holds.\"]",
            "# [cfg (unix)]",
            "# [:: core :: prelude :: v1 :: test] fn holds ()",
            "module : :: core :: module_path ! ()",
            "name : \"holds\"",
            "from_secs (10u64)",
            ":: suite :: harness :: plain (& SPEC , || { assert ! (true) ; })",
        ] {
            assert!(expansion.contains(part), "no {part} in {expansion}");
        }
    }

    #[test]
    fn an_async_test_has_the_clock_that_it_names() {
        let item = "/// Holds.\n async fn holds() { now().await }";
        let real = expand("deadline = 3", item);
        assert!(real.contains(
            "task (& SPEC , :: suite :: harness :: Clock :: Real , \
             || async move { now () . await })"
        ));
        assert!(real.contains("from_secs (3u64)"));
        assert!(expand("paused", item).contains("Clock :: Paused"));
        assert!(!real.contains("async fn"), "libtest runs no async fn: {real}");
    }

    #[test]
    fn a_model_test_is_run_by_the_model() {
        let expansion = expand("model", "/// Holds.\n fn holds() { step() }");
        assert!(expansion.contains(":: model :: run (& SPEC , move || { step () })"));
    }

    #[test]
    fn a_test_with_a_database_is_run_by_the_lab_that_has_it() {
        let item = "/// Holds.\n async fn holds(db: Db) { ask(db).await }";
        assert!(expand("postgres", item).contains(
            ":: postgres_lab :: run (& SPEC , :: postgres_lab :: Access :: Shared , \
             | db : Db | async move { ask (db) . await })"
        ));
        assert!(expand("postgres = exclusive", item).contains("Access :: Exclusive"));
        for (item, why) in [
            ("async fn t() {}", "is handed its database"),
            ("async fn t(a: Db, b: Db) {}", "is handed its database"),
            ("fn t(db: Db) {}", "needs an `async fn`"),
        ] {
            assert!(refusal("postgres", &format!("/// Holds.\n {item}")).contains(why), "{item}");
        }
    }

    #[test]
    fn what_would_pass_for_another_reason_is_refused() {
        for (attribute, why) in [
            ("#[should_panic]", "`#[should_panic]` would let `todo!()` pass"),
            ("#[should_panic(expected = \"x\")]", "`#[should_panic]` would let"),
            ("#[ignore]", "`#[ignore]` would count a test that never ran"),
            ("#[ignore = \"slow\"]", "`#[ignore]` would count"),
            ("#[test]", "already makes this a test"),
            ("#[tokio::test]", "already makes this a test"),
        ] {
            let item = format!("/// Holds.\n {attribute} fn holds() {{}}");
            assert!(refusal("", &item).contains(why), "{attribute}");
        }
        for (item, why) in [
            ("fn t() -> Result<(), E> { Ok(()) }", "passes without asserting anything"),
            ("fn t(a: u8) {}", "takes no arguments"),
            ("fn t<T>() {}", "is not generic"),
            ("unsafe fn t() {}", "no `unsafe`"),
            ("extern \"C\" fn t() {}", "an ordinary Rust function"),
            ("const fn t() {}", "it is not evaluated"),
        ] {
            assert!(refusal("", &format!("/// Holds.\n {item}")).contains(why), "{item}");
        }
    }

    #[test]
    fn a_behaviour_in_words_is_required() {
        for item in ["fn t() {}", "#[doc = \"  \"] fn t() {}", "#[doc(hidden)] fn t() {}"] {
            assert!(refusal("", item).starts_with("write a doc comment"), "{item}");
        }
    }

    #[test]
    fn an_option_needs_the_right_kind_of_function() {
        assert!(refusal("paused", "/// Holds.\n fn t() {}").contains("needs an `async fn`"));
        assert!(refusal("model", "/// Holds.\n async fn t() {}").contains("needs a plain `fn`"));
        assert!(refusal("slow", "/// Holds.\n fn t() {}").contains("`slow` is no option"));
    }

    #[test]
    fn stands_on_functions_only() {
        assert!(refusal("", "struct S;").contains("stands on a function"));
        assert!(refusal("", "fn t();").contains("stands on a function"));
    }
}
