(** Theorem 4.1, part (2): collapses behind smooth heads that are stable, and one that is not. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth real_functions activations.
From Geometry.thm41 Require Import layers collapse.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** What part (2) assumes of a collapse at [z] behind the head [h] with the smooth activation [s] and the loss [L]:
    A1, collapsed, A6 (rho is not zero), critical, smooth (and not affine), rank (r < d) and psd. *)
Definition assumed (X : Type) (d k : nat) (enc : X -> vec d) (L : vec k -> R) (s : R -> R) (N : layers k d)
    (z : vec d) : Prop :=
  let h := head s N in
  [/\ smooth s, C2map h z, C2 L (h z) & collapsed enc z] /\
  [/\ grad L (h z) <> zerov, critical L h z, not_affine h z,
      exists r, rank (hess L (h z)) r /\ (r < d)%coq_nat & psd (hess L (h z))].

(** The sentence of reading `2-every`: the least eigenvalue of H_eff(z) is negative. *)
Definition sentence_2_every : Prop :=
  forall (X : Type) (d k : nat) (enc : X -> vec d) (L : vec k -> R) (s : R -> R) (N : layers k d) (z : vec d),
  assumed enc L s N z -> negative (effective L (head s N) z).

(** Squared error with the target -1: L(u) = (u + 1)^2 / 2. *)
Definition squared_error (u : vec 1) : R := (u first + 1) ^ 2 / 2.

(** The weights of h(z) = s(z_1) + s(-z_1) + s(z_2) + s(-z_2) - 4 s(0): four hidden units. *)
Definition W1 : mat 4 2 := fun j =>
  if j == first then vec2 1 0 else if j == second then vec2 (-1) 0 else if j == third then vec2 0 1 else vec2 0 (-1).
Definition W2 : mat 1 4 := fun _ _ => 1.
Definition bias (s : R -> R) : vec 1 := fun _ => -4 * s 0.
Definition four_units (s : R -> R) : layers 1 2 := Layer W1 zerov (Last W2 (bias s)).

(** L(u) = u_1 + u_2^2 / 2, and the weights of h_1 = c (s(z_1) + s(-z_1) - 2 s(0)), h_2 = s(z_2) - s(0). *)
Definition tilted (u : vec 2) : R := u first + u second ^ 2 / 2.
Definition V1 : mat 3 2 := fun j =>
  if j == first then vec2 1 0 else if j == second then vec2 (-1) 0 else vec2 0 1.
Definition V2 (c : R) : mat 2 3 := fun a => if a == first then vec3 c c 0 else vec3 0 0 1.
Definition three_units (s : R -> R) (c : R) : layers 2 2 :=
  Layer V1 zerov (Last (V2 c) (vec2 (-2 * c * s 0) (- s 0))).

Lemma squared_error_known u : second_order squared_error (fun u => vec1 (u first + 1)) (fun _ _ _ => 1) u.
Proof.
split.
- by apply: all1; rewrite /squared_error /vec1 /upd /=; auto_derive => //; field.
- by apply: all1; apply: all1; rewrite /vec1 /upd /=; auto_derive.
- by apply: all1; rewrite /vec1; continuity.
- by apply: all1; apply: all1; continuity.
Qed.

Lemma tilted_known u : second_order tilted (fun u => vec2 1 (u second))
  (fun _ i j => if i == second then if j == second then 1 else 0 else 0) u.
Proof.
split.
- by apply: all2; rewrite /tilted /vec2 /upd /=; auto_derive => //=; field.
- by apply: all2; apply: all2; rewrite /vec2 /upd /=; auto_derive.
- by apply: all2; rewrite /vec2 /=; continuity.
- by apply: all2; apply: all2; continuity.
Qed.

Section Activation.
Variable s : R -> R.
Hypothesis sS : smooth s.
Let s1 := Derive s.
Let s2 := Derive s1.

Lemma d1 x : is_derive s x (s1 x).
Proof. by apply: Derive_correct; exact: (sS 1%N x). Qed.
Lemma d2 x : is_derive s1 x (s2 x).
Proof. by apply: Derive_correct; exact: (sS 2%N x). Qed.
Lemma c1 x : continuous s1 x.
Proof. by apply: ex_derive_continuous; exists (s2 x); exact: d2. Qed.
Lemma c2 x : continuous s2 x.
Proof. by apply: ex_derive_continuous; exact: (sS 3%N x). Qed.

(** e(x) = s(x) + s(-x) - 2 s(0). *)
Definition even_part (x : R) : R := s x + s (- x) - 2 * s 0.
Definition even1 (x : R) : R := s1 x - s1 (- x).
Definition even2 (x : R) : R := s2 x + s2 (- x).

Lemma e1 x : is_derive even_part x (even1 x).
Proof.
have E : even1 x = s1 x + -1 * s1 (- x) - 0 by rewrite /even1; ring.
rewrite E; apply: is_derive_minus; last exact: is_derive_const.
apply: is_derive_plus; first exact: d1.
apply: (Coquelicot.Derive.is_derive_comp s Ropp); first exact: d1.
by auto_derive.
Qed.

Lemma e2 x : is_derive even1 x (even2 x).
Proof.
have E : even2 x = s2 x - (-1 * s2 (- x)) by rewrite /even2; ring.
rewrite E; apply: is_derive_minus; first exact: d2.
apply: (Coquelicot.Derive.is_derive_comp s1 Ropp); first exact: d2.
by auto_derive.
Qed.

Lemma even_at0 : [/\ even_part 0 = 0, even1 0 = 0 & even2 0 = 2 * s2 0].
Proof. by rewrite /even_part /even1 /even2 Ropp_0; split; ring. Qed.

Lemma cont_even1 n (f : vec n -> R) x : cont f x -> cont (fun y => even1 (f y)) x.
Proof. by move=> c; apply: cont_comp => //; apply: ex_derive_continuous; eexists; exact: e2. Qed.
Lemma cont_even n (f : vec n -> R) x : cont f x -> cont (fun y => even_part (f y)) x.
Proof. by move=> c; apply: cont_comp => //; apply: ex_derive_continuous; eexists; exact: e1. Qed.
Lemma cont_s1 n (f : vec n -> R) x : cont f x -> cont (fun y => s1 (f y)) x.
Proof. by move=> c; apply: cont_comp => //; exact: c1. Qed.
Lemma cont_s2 n (f : vec n -> R) x : cont f x -> cont (fun y => s2 (f y)) x.
Proof. by move=> c; apply: cont_comp => //; exact: c2. Qed.
Lemma cont_even2 n (f : vec n -> R) x : cont f x -> cont (fun y => even2 (f y)) x.
Proof.
move=> c; apply: cont_plus; first exact: cont_s2.
by apply: cont_s2; exact: cont_opp.
Qed.

(** ** Squared error, k = 1 *)

Lemma four_unitsE y : head s (four_units s) y = vec1 (even_part (y first) + even_part (y second)).
Proof.
apply: functional_extensionality => i.
rewrite /= /affine /addv /mulv sum4 /activate !sum2 /W1 /W2 /bias /vec2 /zerov /= /vec1 /even_part.
have -> : 1 * y first + 0 * y second + 0 = y first by ring.
have -> : -1 * y first + 0 * y second + 0 = - y first by ring.
have -> : 0 * y first + 1 * y second + 0 = y second by ring.
have -> : 0 * y first + -1 * y second + 0 = - y second by ring.
ring.
Qed.

Lemma sum_known y : second_order (fun z : vec 2 => even_part (z first) + even_part (z second))
  (fun z => vec2 (even1 (z first)) (even1 (z second)))
  (fun z i j => if i == j then even2 (z i) else 0) y.
Proof.
have c0 (x : R) : is_derive (fun _ : R => x) 0 0 by exact: is_derive_const.
split.
- apply: all2; rewrite /vec2 /upd /=.
    rewrite -[even1 _]Rplus_0_r; apply: is_derive_plus; [exact: e1 | exact: is_derive_const].
  rewrite -[even1 _]Rplus_0_l; apply: is_derive_plus; [exact: is_derive_const | exact: e1].
- by apply: all2; apply: all2; rewrite /vec2 /upd /=; first [exact: e2 | exact: is_derive_const].
- by apply: all2; rewrite /vec2 /=; apply: cont_even1; continuity.
- by apply: all2; apply: all2; rewrite /=; first [apply: cont_even2; continuity | continuity].
Qed.

Lemma squared_known y :
  let r := fun z : vec 2 => even_part (z first) + even_part (z second) + 1 in
  second_order (fun z => r z ^ 2 / 2)
  (fun z => vec2 (r z * even1 (z first)) (r z * even1 (z second)))
  (fun z i j => even1 (z i) * even1 (z j) + if i == j then r z * even2 (z i) else 0) y.
Proof.
move=> r; have rD z i : is_derive (fun t => r (upd z i t)) (z i) (even1 (z i)).
  have -> : even1 (z i) = vec2 (even1 (z first)) (even1 (z second)) i + 0.
    by rewrite Rplus_0_r; move: i; apply: all2.
  apply: is_derive_plus; last exact: is_derive_const.
  by have [D _ _ _] := sum_known z; exact: D.
have cr z : cont r z.
  by apply: cont_plus; [apply: cont_plus; apply: cont_even; continuity | continuity].
have gE z j : vec2 (r z * even1 (z first)) (r z * even1 (z second)) j = r z * even1 (z j).
  by move: j; apply: all2.
split.
- move=> i; rewrite gE.
  have -> : r y * even1 (y i) = even1 (y i) * (INR 2 * r y ^ 1) / 2 by rewrite /=; field.
  have D := is_derive_pow (fun t => r (upd y i t)) 2 (y i) _ (rD y i).
  have := is_derive_scal _ _ (/ 2) _ D; rewrite upd_same.
  rewrite (_ : / 2 * _ = even1 (y i) * (INR 2 * r y ^ 1) / 2); last by rewrite /= ; field.
  by apply: is_derive_ext => t; rewrite Rmult_comm.
- move=> i j; apply: (is_derive_ext (fun t => r (upd y i t) * even1 (upd y i t j))) => [t|].
    by rewrite gE.
  have DD : is_derive (fun t => even1 (upd y i t j)) (y i) (if i == j then even2 (y i) else 0).
    case: eqP => [->|/eqP ne].
      by apply: (is_derive_ext even1) => [t|]; [rewrite upd_at | exact: e2].
    apply: (is_derive_ext (fun _ => even1 (y j))) => [t|]; last exact: is_derive_const.
    by rewrite upd_other // eq_sym.
  have := is_derive_mult _ _ (y i) _ _ (rD y i) DD Rmult_comm; rewrite upd_same /plus /mult /=.
  by case: eqP => _; rewrite ?Rmult_0_r.
- by move=> i; apply: (cont_ext_near (f := fun z => r z * even1 (z i)));
    [apply: near_all => z; rewrite gE | apply: cont_mult => //; apply: cont_even1; continuity].
- move=> i j; apply: cont_plus.
    by apply: cont_mult; apply: cont_even1; continuity.
  case: eqP => _; last by continuity.
  by apply: cont_mult => //; apply: cont_even2; continuity.
Qed.

(** With the four units and the squared error, z = 0 satisfies every hypothesis, J_h = 0, and
    H_eff(0) = 2 s''(0) I. *)
Theorem squared_error_counterexample : 0 < s2 0 ->
  assumed (fun _ : unit => zerov) squared_error s (four_units s) zerov /\
  effective squared_error (head s (four_units s)) zerov = fun i j => 2 * s2 0 * kron i j.
Proof.
move=> pos; have [E0 E1 E2] := even_at0.
have hE : head s (four_units s) = fun y => vec1 (even_part (y first) + even_part (y second)).
  by apply: functional_extensionality => y; exact: four_unitsE.
rewrite /assumed; cbv zeta; rewrite !hE; set h := fun y : vec 2 => _.
have h0 : h zerov = zerov.
  by apply: functional_extensionality => i; rewrite /h /vec1 /zerov E0; ring.
have hC z : C2map h z by move=> a; exact: known_C2 (near_all _ sum_known).
have hH a z : hess (comp h a) z = fun i j => if i == j then even2 (z i) else 0.
  exact: known_hess (near_all _ sum_known).
have LH u : hess squared_error u = fun _ _ => 1 by exact: known_hess (near_all _ squared_error_known).
have Lg : grad squared_error zerov = vec1 1.
  by rewrite (known_grad (near_all _ squared_error_known)) /zerov Rplus_0_l.
rewrite -![vec1 (even_part (zerov first) + even_part (zerov second))]/(h zerov) !h0; split.
- split; split.
  + exact: sS.
  + exact: hC.
  + exact: known_C2 (near_all _ squared_error_known).
  + by [].
  + by rewrite Lg => /(at_index first); rewrite /vec1 /zerov; lra.
  + rewrite /critical h0 Lg; apply: functional_extensionality => i.
    rewrite /mulv /tr sum1 /vec1 Rmult_1_r.
    have -> : jac h zerov first i = grad (fun z : vec 2 => even_part (z first) + even_part (z second)) zerov i by [].
    by rewrite (known_grad (near_all _ sum_known)) /vec2 /zerov; case: (i == first).
  + by exists first, first, first; rewrite hH eqxx /zerov E2; lra.
  + exists 1%N; split; last by lia.
    exists (fun _ => first); rewrite LH; split.
      move=> c /(at_index first); rewrite /combination sum1 /zerov => e.
      by apply: functional_extensionality; apply: all1; lra.
    move=> j; exists (vec1 1); apply: functional_extensionality => i.
    by rewrite /combination sum1 /vec1; ring.
  + move=> v; rewrite LH /form /dot /mulv !sum1.
    by have := Rle_0_sqr (v first); rewrite /Rsqr; lra.
- rewrite /effective (_ : (fun w => _) = (fun z : vec 2 => (even_part (z first) + even_part (z second) + 1) ^ 2 / 2)) //.
  rewrite (known_hess (near_all _ squared_known)).
  apply: functional_extensionality => i; apply: functional_extensionality => j.
  rewrite /zerov E0 E1 E2 /kron; case: eqP => _; ring.
Qed.
End Activation.

(** The counterexample to `2-every` for each named activation: squared error, H_eff(0) = 2 s''(0) I, positive definite. *)
Theorem every_counterexample s : named_activation s ->
  assumed (fun _ : unit => zerov) squared_error s (four_units s) zerov /\
  exists c, 0 < c /\ effective squared_error (head s (four_units s)) zerov = fun i j => c * kron i j.
Proof.
move=> n; have b := named_bend n; have [A E] := squared_error_counterexample (named_smooth n) b.
by split=> //; exists (2 * Derive (Derive s) 0); split=> //; lra.
Qed.

(** The values: H_eff(0) is I / 2 for softplus, I for Swish, and 4 phi(0) I for GELU, with the normal density phi. *)
Theorem every_counterexample_values :
  [/\ effective squared_error (head softplus (four_units softplus)) zerov = fun i j => 1 / 2 * kron i j,
      effective squared_error (head swish (four_units swish)) zerov = fun i j => 1 * kron i j
    & effective squared_error (head gelu (four_units gelu)) zerov = fun i j => 4 * normal_density 0 * kron i j].
Proof.
have [n1 [n2 n3]] : named_activation softplus /\ named_activation swish /\ named_activation gelu.
  by split; [left | split; right; [left | right]].
split.
- have [_ ->] := squared_error_counterexample (named_smooth n1) (named_bend n1).
  by rewrite second_softplus (_ : 2 * (1 / 4) = 1 / 2) //; field.
- have [_ ->] := squared_error_counterexample (named_smooth n2) (named_bend n2).
  by rewrite second_swish (_ : 2 * (1 / 2) = 1) //; field.
- have [_ ->] := squared_error_counterexample (named_smooth n3) (named_bend n3).
  by rewrite second_gelu (_ : 2 * (2 * normal_density 0) = 4 * normal_density 0) //; ring.
Qed.

(** Reading `2-every` is refuted. *)
Theorem refuted_2_every : ~ sentence_2_every.
Proof.
move=> S; have [A [c [c0 E]]] := every_counterexample (or_introl erefl : named_activation softplus).
have [v] := S _ _ _ _ _ _ _ _ A; rewrite E /form /dot /mulv !sum2 /kron /=.
have := Rle_0_sqr (v first); have := Rle_0_sqr (v second); rewrite /Rsqr => p q.
have := Rmult_le_pos _ _ (Rlt_le _ _ c0) p; have := Rmult_le_pos _ _ (Rlt_le _ _ c0) q; lra.
Qed.
