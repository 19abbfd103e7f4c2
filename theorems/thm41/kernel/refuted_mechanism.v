(** Theorem 4.1, part (2): heads with three hidden units and two outputs, J_h and G not zero. With one sign the
    interaction term makes the collapse unstable, with the other sign it makes it stable. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth real_functions activations.
From Geometry.thm41 Require Import layers collapse refuted_smooth.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma coordinate_known n (p p1 p2 : R -> R) (i : 'I_n) y :
  (forall x, is_derive p x (p1 x)) -> (forall x, is_derive p1 x (p2 x)) -> (forall x, continuous p2 x) ->
  second_order (fun z : vec n => p (z i)) (fun z j => if j == i then p1 (z i) else 0)
    (fun z j l => if (j == i) && (l == i) then p2 (z i) else 0) y.
Proof.
move=> D1 D2 c; have c1 x : continuous p1 x by apply: ex_derive_continuous; exists (p2 x).
split.
- move=> j; case: eqP => [->|/eqP ne].
    by apply: (is_derive_ext p) => [t|]; [rewrite upd_at | exact: D1].
  by apply: (is_derive_ext (fun _ => p (y i))) => [t|]; [rewrite upd_other // eq_sym | exact: is_derive_const].
- move=> j l; case: (l == i); rewrite ?andbF ?andbT; last exact: is_derive_const.
  case: eqP => [->|/eqP ne].
    by apply: (is_derive_ext p1) => [t|]; [rewrite upd_at | exact: D2].
  by apply: (is_derive_ext (fun _ => p1 (y i))) => [t|]; [rewrite upd_other // eq_sym | exact: is_derive_const].
- by move=> j; case: (j == i); continuity; apply: cont_comp => //; continuity.
- by move=> j l; case: (_ && _); continuity; apply: cont_comp => //; continuity.
Qed.

Lemma plus_known n (f g : vec n -> R) f1 g1 f2 g2 y :
  second_order f f1 f2 y -> second_order g g1 g2 y ->
  second_order (fun z => f z + g z) (fun z i => f1 z i + g1 z i) (fun z i j => f2 z i j + g2 z i j) y.
Proof.
move=> [a b c d] [a' b' c' d']; split.
- by move=> i; apply: is_derive_plus.
- by move=> i j; apply: is_derive_plus.
- by move=> i; apply: cont_plus.
- by move=> i j; apply: cont_plus.
Qed.

Section Activation.
Variables (s : R -> R) (c : R).
Hypothesis sS : smooth s.
Let s1 := Derive s.
Let s2 := Derive s1.

Lemma three_unitsE y : head s (three_units s c) y = vec2 (c * even_part s (y first)) (s (y second) - s 0).
Proof.
have a1 : 1 * y first + 0 * y second + 0 = y first by ring.
have a2 : -1 * y first + 0 * y second + 0 = - y first by ring.
have a3 : 0 * y first + 1 * y second + 0 = y second by ring.
apply: functional_extensionality; apply: all2;
  rewrite /= /affine /addv /mulv sum3 /activate !sum2 /V1 /V2 /vec2 /vec3 /zerov /= a1 a2 a3 /even_part; ring.
Qed.

Lemma first_known y : second_order (fun z : vec 2 => c * even_part s (z first))
  (fun z j => if j == first then c * even1 s (z first) else 0)
  (fun z j l => if (j == first) && (l == first) then c * even2 s (z first) else 0) y.
Proof.
apply: (@coordinate_known 2 (fun x => c * even_part s x) (fun x => c * even1 s x) (fun x => c * even2 s x)).
- by move=> x; apply: is_derive_scal; exact: e1.
- by move=> x; apply: is_derive_scal; exact: e2.
- move=> x; apply: continuous_scal_r; apply: continuous_plus; first exact: c2.
  apply: (continuous_comp Ropp); last exact: c2.
  exact: continuous_opp (continuous_id _).
Qed.

Lemma second_known y : second_order (fun z : vec 2 => s (z second) - s 0)
  (fun z j => if j == second then s1 (z second) else 0)
  (fun z j l => if (j == second) && (l == second) then s2 (z second) else 0) y.
Proof.
apply: (@coordinate_known 2 (fun x => s x - s 0) s1 s2).
- move=> x; rewrite -[s1 x]Rminus_0_r; apply: is_derive_minus; [exact: d1 | exact: is_derive_const].
- by move=> x; exact: d2.
- by move=> x; exact: c2.
Qed.

Lemma half_square_known y : second_order (fun z : vec 2 => (s (z second) - s 0) ^ 2 / 2)
  (fun z j => if j == second then (s (z second) - s 0) * s1 (z second) else 0)
  (fun z j l => if (j == second) && (l == second)
                then s1 (z second) * s1 (z second) + (s (z second) - s 0) * s2 (z second) else 0) y.
Proof.
have D x : is_derive (fun x => s x - s 0) x (s1 x).
  rewrite -[s1 x]Rminus_0_r; apply: is_derive_minus; [exact: d1 | exact: is_derive_const].
have cs x : continuous (fun x => s x - s 0) x by apply: ex_derive_continuous; exists (s1 x).
apply: (@coordinate_known 2 (fun x => (s x - s 0) ^ 2 / 2) (fun x => (s x - s 0) * s1 x)
  (fun x => s1 x * s1 x + (s x - s 0) * s2 x)).
- move=> x; have := is_derive_scal _ _ (/ 2) _ (is_derive_pow _ 2 x _ (D x)).
  rewrite (_ : / 2 * _ = (s x - s 0) * s1 x); last by rewrite /=; field.
  by apply: is_derive_ext => t; rewrite Rmult_comm.
- by move=> x; apply: (is_derive_mult _ _ _ _ _ (D x) (d2 sS x)); exact: Rmult_comm.
- move=> x; apply: continuous_plus; first by apply: continuous_mult; exact: c1.
  by apply: continuous_mult; [exact: cs | exact: c2].
Qed.

Let h := head s (three_units s c).

Lemma h_first a : a = first -> comp h a = fun z => c * even_part s (z first).
Proof. by move=> ->; apply: functional_extensionality => y; rewrite /comp /h three_unitsE. Qed.
Lemma h_second a : a = second -> comp h a = fun z => s (z second) - s 0.
Proof. by move=> ->; apply: functional_extensionality => y; rewrite /comp /h three_unitsE. Qed.

Lemma h_zero : h zerov = zerov.
Proof.
have [E0 _ _] := even_at0 s; rewrite /h three_unitsE.
by apply: functional_extensionality; apply: all2; rewrite /vec2 /zerov /= ?E0; ring.
Qed.

Lemma h_C2 z : C2map h z.
Proof.
apply: all2; rewrite ?(h_first erefl) ?(h_second erefl).
  exact: known_C2 (near_all _ first_known).
exact: known_C2 (near_all _ second_known).
Qed.

Lemma h_jac : jac h zerov = fun a i => if (a == second) && (i == second) then s1 0 else 0.
Proof.
have [_ E1 _] := even_at0 s.
apply: functional_extensionality; apply: all2; apply: functional_extensionality => i.
  have -> : jac h zerov first i = grad (comp h first) zerov i by [].
  rewrite (h_first erefl) (known_grad (near_all _ first_known)) /zerov E1.
  by case: (i == first); rewrite ?Rmult_0_r.
have -> : jac h zerov second i = grad (comp h second) zerov i by [].
by rewrite (h_second erefl) (known_grad (near_all _ second_known)).
Qed.

Lemma h_hess1 : hess (comp h first) zerov = fun j l => if (j == first) && (l == first) then 2 * c * s2 0 else 0.
Proof.
have [_ _ E2] := even_at0 s; rewrite (h_first erefl) (known_hess (near_all _ first_known)) /zerov E2.
by apply: functional_extensionality => j; apply: functional_extensionality => l; case: (_ && _) => //; rewrite /s2 /s1; ring.
Qed.

Lemma h_hess2 : hess (comp h second) zerov = fun j l => if (j == second) && (l == second) then s2 0 else 0.
Proof. by rewrite (h_second erefl) (known_hess (near_all _ second_known)). Qed.

Lemma tilted_grad : grad tilted zerov = vec2 1 0.
Proof. exact: known_grad (near_all _ tilted_known). Qed.
Lemma tilted_hess u : hess tilted u = fun i j => if i == second then if j == second then 1 else 0 else 0.
Proof. exact: known_hess (near_all _ tilted_known). Qed.

(** At z = 0, G = diag (0, s'(0)^2) and M = diag (2 c s''(0), 0). *)
Lemma three_units_G : gauss_newton tilted h zerov =
  fun i j => if (i == second) && (j == second) then s1 0 * s1 0 else 0.
Proof.
rewrite /gauss_newton h_jac tilted_hess; apply: functional_extensionality; apply: all2;
  apply: functional_extensionality; apply: all2; rewrite /mulm /tr !sum2 /=; ring.
Qed.

Lemma three_units_M : interaction tilted h zerov =
  fun i j => if (i == first) && (j == first) then 2 * c * s2 0 else 0.
Proof.
rewrite /interaction h_zero tilted_grad; apply: functional_extensionality => i; apply: functional_extensionality => j.
by rewrite sum2 h_hess1 h_hess2 /vec2 /=; case: (_ && _); ring.
Qed.

Lemma three_units_effective : effective tilted h zerov =
  fun i j => if (i == first) && (j == first) then 2 * c * s2 0
             else if (i == second) && (j == second) then s1 0 * s1 0 else 0.
Proof.
rewrite effective_split; [|exact: h_C2 | exact: known_C2 (near_all _ tilted_known)].
rewrite three_units_G three_units_M /addm; apply: functional_extensionality; apply: all2;
  apply: functional_extensionality; apply: all2; rewrite /=; ring.
Qed.

(** Every hypothesis of part (2) holds at z = 0, and r = 1 < d = 2. *)
Lemma three_units_assumed : c * s2 0 <> 0 -> assumed (fun _ : unit => zerov) tilted s (three_units s c) zerov.
Proof.
move=> n0; rewrite /assumed; cbv zeta; rewrite -/h; split; split.
- exact: sS.
- exact: h_C2.
- exact: known_C2 (near_all _ tilted_known).
- by [].
- by rewrite h_zero tilted_grad => /(at_index first); rewrite /vec2 /zerov /=; lra.
- rewrite /critical h_zero tilted_grad h_jac; apply: functional_extensionality => i.
  by rewrite /mulv /tr sum2 /vec2 /zerov /=; case: (i == second); ring.
- by exists first, first, first; rewrite h_hess1 /=; lra.
- exists 1%N; split; last by lia.
  exists (fun _ => second); rewrite tilted_hess; split.
    move=> a /(at_index second); rewrite /combination sum1 /zerov /= => e.
    by apply: functional_extensionality; apply: all1; lra.
  move=> j; exists (vec1 (if j == second then 1 else 0)); apply: functional_extensionality => i.
  by rewrite /combination sum1 /vec1 /=; case: (i == second); case: (j == second); ring.
- move=> v; rewrite tilted_hess /form /dot /mulv !sum2 /=.
  by have := Rle_0_sqr (v second); rewrite /Rsqr; lra.
Qed.
End Activation.

(** Reading `2-mechanism`: for each named activation there is a collapse that satisfies every hypothesis, with
    some v in ker G with v^T M v < 0, and the least eigenvalue of H_eff negative. *)
Theorem reading_2_mechanism : forall s, named_activation s ->
  exists (d k : nat) (L : vec k -> R) (N : layers k d) (z : vec d),
  let h := head s N in
  assumed (fun _ : unit => z) L s N z /\
  (exists v, mulv (gauss_newton L h z) v = zerov /\ form (interaction L h z) v v < 0) /\
  negative (effective L h z).
Proof.
move=> s n; have sS := named_smooth n; have b := named_bend n.
exists 2%N, 2%N, tilted, (three_units s (-1)), zerov; split.
  by apply: three_units_assumed => //; lra.
split; exists (vec2 1 0).
  split; first by rewrite three_units_G //; apply: functional_extensionality => i;
    rewrite /mulv sum2 /vec2 /zerov /=; case: (i == second); rewrite /=; ring.
  by rewrite three_units_M // /form /dot /mulv !sum2 /vec2 /=; lra.
by rewrite three_units_effective // /form /dot /mulv !sum2 /vec2 /=; lra.
Qed.

(** The hypothesis of `2-mechanism` is met. *)
Lemma reading_2_mechanism_met : [/\ named_activation softplus, named_activation swish & named_activation gelu].
Proof. by split; [left | right; left | right; right]. Qed.

(** The same weights with the other sign: every hypothesis holds, J_h and G are not zero, and H_eff is positive
    definite, with eigenvalues 2 s''(0) and s'(0)^2 = 1/4. *)
Theorem every_counterexample_two_outputs : forall s, named_activation s ->
  let h := head s (three_units s 1) in
  [/\ assumed (fun _ : unit => zerov) tilted s (three_units s 1) zerov,
      jac h zerov <> (fun _ _ => 0), gauss_newton tilted h zerov <> (fun _ _ => 0)
    & forall v, v <> zerov -> 0 < form (effective tilted h zerov) v v].
Proof.
move=> s n h; have sS := named_smooth n; have b := named_bend n; have sl := named_slope n.
split.
- by apply: three_units_assumed => //; lra.
- by rewrite /h h_jac // => /(f_equal (fun A : mat 2 2 => A second second)) /=; lra.
- by rewrite /h three_units_G // => /(f_equal (fun A : mat 2 2 => A second second)) /=; rewrite sl; lra.
- move=> v v0; rewrite /h three_units_effective // /form /dot /mulv !sum2 /= sl.
  have s2 := Rle_0_sqr (v second); have s1 := Rle_0_sqr (v first); rewrite /Rsqr in s1 s2.
  have p1 := Rmult_le_pos _ _ (Rlt_le _ _ b) s1.
  have [e1|n1] := Req_dec (v first) 0; last first.
    by have := Rmult_lt_0_compat _ _ b (Rsqr_pos_lt _ n1); rewrite /Rsqr; lra.
  have [e2|n2] := Req_dec (v second) 0.
    by case: v0; apply: functional_extensionality; apply: all2.
  by have := Rsqr_pos_lt _ n2; rewrite /Rsqr; lra.
Qed.
