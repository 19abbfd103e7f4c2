(** The exponential, the logarithm and the inverse square root, with their first two derivatives. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma Derive_exp : Derive exp = exp.
Proof. by apply: functional_extensionality => t; apply: is_derive_unique; auto_derive => //; ring. Qed.

Lemma C2fun_exp : C2fun exp.
Proof.
by move=> t; rewrite !Derive_exp; split; [|split]; first [by auto_derive | by apply: ex_derive_continuous; auto_derive].
Qed.

Lemma Derive_ln t : 0 < t -> Derive ln t = / t.
Proof. by move=> t0; apply: is_derive_unique; auto_derive => //; ring. Qed.

Lemma locally_gt0 t : 0 < t -> locally t (fun s => 0 < s).
Proof.
move=> t0; exists (mkposreal t t0) => s /Rabs_def2 /= [_]; rewrite /minus /plus /opp /=; lra.
Qed.

Lemma C2fun_ln t : 0 < t -> C2fun_at ln t.
Proof.
move=> /locally_gt0 /locally_locally; apply: filter_imp => s loc; have s0 := locally_singleton _ _ loc.
have E : locally s (fun q => / q = Derive ln q) by apply: filter_imp loc => q q0; rewrite Derive_ln.
have E2 : locally s (fun q => - / q ^ 2 = Derive (Derive ln) q).
  have := locally_locally _ _ loc; apply: filter_imp => q ql; have q0 := locally_singleton _ _ ql.
  rewrite (Derive_ext_loc _ (fun x => / x)); last by apply: filter_imp ql => x x0; rewrite Derive_ln.
  by apply/esym; apply: is_derive_unique; auto_derive; [lra | field; lra].
split; first by auto_derive.
split; first by apply: (ex_derive_ext_loc _ _ _ E); auto_derive; lra.
rewrite /continuous -(locally_singleton _ _ E2); apply: (filterlim_ext_loc _ _ E2).
by apply: (ex_derive_continuous (fun q => - / q ^ 2)); auto_derive; nra.
Qed.

(** A function with two given derivatives on an open set of numbers. *)
Lemma C2fun_at_open (P : R -> Prop) f df ddf t : (forall s, P s -> locally s P) -> P t ->
  (forall s, P s -> is_derive f s (df s)) -> (forall s, P s -> is_derive df s (ddf s)) ->
  (forall s, P s -> continuous ddf s) -> C2fun_at f t.
Proof.
move=> open t0 D DD c; have := locally_locally _ _ (open t t0); apply: filter_imp => s loc.
have s0 := locally_singleton _ _ loc.
have E : locally s (fun q => df q = Derive f q).
  by apply: filter_imp loc => q q0; rewrite (is_derive_unique _ _ _ (D q q0)).
have E2 : locally s (fun q => ddf q = Derive (Derive f) q).
  have := locally_locally _ _ loc; apply: filter_imp => q ql; have q0 := locally_singleton _ _ ql.
  rewrite (Derive_ext_loc _ df); first by rewrite (is_derive_unique _ _ _ (DD q q0)).
  by apply: filter_imp ql => x x0; rewrite (is_derive_unique _ _ _ (D x x0)).
split; first by exists (df s); apply: D.
split; first by apply: (ex_derive_ext_loc _ _ _ E); exists (ddf s); apply: DD.
by rewrite /continuous -(locally_singleton _ _ E2); apply: (filterlim_ext_loc _ _ E2); apply: c.
Qed.

Lemma C2fun_at_ext f df ddf t : 0 < t ->
  (forall s, 0 < s -> is_derive f s (df s)) -> (forall s, 0 < s -> is_derive df s (ddf s)) ->
  (forall s, 0 < s -> continuous ddf s) -> C2fun_at f t.
Proof. exact: (C2fun_at_open locally_gt0). Qed.
