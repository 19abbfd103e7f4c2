(** Heads that are locally invariant at every point, under one-parameter groups. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth real_functions intervals.
From Geometry.prop52 Require Import refuted_orbits.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The family is a one-parameter group: T_0 z = z and T_(s+t) z = T_s (T_t z). *)
Definition one_parameter_group (d : nat) (T : family d) : Prop :=
  (forall z, T 0 z = z) /\ forall s t z, T (s + t) z = T s (T t z).

(** The head is locally invariant at every [z]: h(T_t z) = h(z) for all [t] near 0; how near may depend on [z]. *)
Definition invariant_everywhere (d k : nat) (h : vec d -> vec k) (T : family d) : Prop :=
  forall z, locally 0 (fun t => h (T t z) = h z).

(** Where finitely many steps lead from [z], each of which is of one of the families, for some time. *)
Definition moved (I : Type) (d : nat) (T : I -> family d) (steps : seq (I * R)) (z : vec d) : vec d :=
  foldr (fun step y => T step.1 step.2 y) z steps.

Lemma one_group (d k : nat) (h : vec d -> vec k) (T : family d) : one_parameter_group T ->
  invariant_everywhere h T -> forall t z, h (T t z) = h z.
Proof.
move=> [T0 Tadd] inv t z; rewrite -[in RHS](T0 z); apply: functional_extensionality => a.
apply: (constant_interval (I := fun=> True) (g := fun t => h (T t z) a)) => // {}t _.
have [eps near] := inv (T t z); have later x : T x z = T (x - t) (T t z) by rewrite -Tadd; congr (T _ z); ring.
apply: (is_derive_ext_loc (fun=> h (T t z) a)); last exact: is_derive_const.
exists eps => s; rewrite (later s) /ball /= /AbsRing_ball /abs /minus /plus /opp /= => b; rewrite near //.
by rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= Ropp_0 Rplus_0_r.
Qed.

(** Reading `collapse-group`: if [h] is locally invariant at every [z] under one-parameter groups, what
    finitely many of their steps reach from [z] is mapped to one point. *)
Theorem reading_collapse_group (I : Type) (d k : nat) (h : vec d -> vec k) (T : I -> family d) :
  (forall i, one_parameter_group (T i)) -> (forall i, invariant_everywhere h (T i)) ->
  forall steps z, h (moved T steps z) = h z.
Proof. by move=> group inv; elim=> //= step steps E z; rewrite (one_group (group _) (inv _)) E. Qed.

(** The hypotheses are met by rotations of the plane and half the square of the length, which is not constant. *)
Lemma reading_collapse_group_met : exists (h : vec 2 -> vec 1) (T : family 2),
  [/\ one_parameter_group T, invariant_everywhere h T, exists t z, T t z <> z & exists y z, h y <> h z].
Proof.
exists bowl, rotation; split.
- split=> [z|s t z]; apply: functional_extensionality; apply: all2; rewrite /rotation /vec2 /=.
  + by rewrite sin_0 cos_0; ring.
  + by rewrite sin_0 cos_0; ring.
  + by rewrite cos_plus sin_plus; ring.
  + by rewrite cos_plus sin_plus; ring.
- move=> z; apply: locally_all => t; apply: functional_extensionality => i; rewrite /bowl /rotation /vec1 /vec2 /=.
  by have := sin2_cos2 t; rewrite /Rsqr => e; nra.
- exists PI, (vec2 1 0) => /(at_index first); rewrite /rotation /vec2 /= sin_PI cos_PI; lra.
- exists (vec2 1 0), zerov => /(at_index first); rewrite /bowl /vec1 /vec2 /zerov /=; lra.
Qed.

(** One point is not enough: the ledge is invariant at 0 to the translations of the line, which are a group,
    and takes two values on the orbit of 0. *)
Lemma reading_collapse_group_needs_every_point : exists (h : vec 1 -> vec 1) (T : family 1) (z : vec 1),
  [/\ smooth h value, smooth_family T, one_parameter_group T, locally 0 (fun t => h (T t z) = h z) & exists t, h (T t z) <> h z].
Proof.
have [sm _ inv ne] := collapse_counterexample.
exists ledge, (@translation 0), zerov; split=> //; [exact: translation_smooth | | | by exists 2].
  by split=> [z|s t z]; apply: functional_extensionality; apply: all1; rewrite /translation /upd /=; ring.
by apply: filter_imp (locally_gt Rlt_0_1) => t; exact: inv.
Qed.

Lemma late_C2 : C2fun (fun t => relu (t - 1) ^ 3).
Proof.
have D t : is_derive (fun t => relu (t - 1) ^ 3) t (3 * relu (t - 1) ^ 2).
  by have := is_derive_ledge 1 t; rewrite (_ : INR 3 = 3) //=; ring.
have DD t : is_derive (fun t => 3 * relu (t - 1) ^ 2) t (6 * relu (t - 1)).
  have := is_derive_scal _ _ 3 _ (is_derive_ledge 0 t).
  rewrite (_ : 3 * (INR 2 * relu (t - 1) ^ 1) = 6 * relu (t - 1)) //=; ring.
have E : Derive (fun t => relu (t - 1) ^ 3) = fun t => 3 * relu (t - 1) ^ 2.
  by apply: functional_extensionality => t; exact: is_derive_unique.
have EE : Derive (fun t => 3 * relu (t - 1) ^ 2) = fun t => 6 * relu (t - 1).
  by apply: functional_extensionality => t; exact: is_derive_unique.
move=> t; rewrite E EE; split; first by eexists; exact: D.
split; first by eexists; exact: DD.
apply: (continuous_ext (fun t => 3 * (t - 1 + Rabs (t - 1)))).
  by move=> s; rewrite /relu /Rmax /Rabs; case: Rle_dec; case: Rcase_abs => *; lra.
apply: continuous_scal_r; apply: continuous_plus; first by apply: ex_derive_continuous; auto_derive.
by apply: (continuous_comp (fun t => t - 1)); [apply: ex_derive_continuous; auto_derive | exact: continuous_Rabs].
Qed.

(** Families that are no groups are not enough: what stands still up to the time 1, and moves from then on,
    changes no head for small times. *)
Lemma reading_collapse_group_needs_group : exists (h : vec 1 -> vec 1) (T : family 1),
  [/\ smooth h value, smooth_family T, forall z, T 0 z = z, invariant_everywhere h T & exists t z, h (T t z) <> h z].
Proof.
exists cube, (fun t z => vec1 (z first + relu (t - 1) ^ 3)); split.
- exact: one_output_smooth cube_known.
- move=> p; apply: all1; apply: C2_plus; first exact: C2_coord.
  exact: (C2_lift (s := fun t => relu (t - 1) ^ 3)) late_C2.
- by move=> z; apply: functional_extensionality; apply: all1; rewrite /vec1 relu_neg; lra.
- move=> z; apply: filter_imp (locally_gt Rlt_0_1) => t t1.
  by apply: functional_extensionality => i; rewrite /cube /vec1 relu_neg; [congr (_ ^ _); ring | lra].
- exists 2, zerov => /(at_index first); rewrite /cube /vec1 /zerov relu_pos; lra.
Qed.
