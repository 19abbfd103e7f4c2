(** Corollary 3.5: part [full], and the readings. *)

From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms positivity matrices cubic.
From Geometry Require Import jets pullback smooth quadratic_losses.
From Geometry.prop34 Require Import perturbation star one_dimension.
From Geometry.prop34 Require readings.
From Geometry.cor35 Require Import threshold diagonal_heads padded indefinite.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Local Notation form := forms.form.
Local Notation dot := forms.dot.

(** Part [full]. If the full bound of Proposition 3.4 is less than lambda_min(H_eff) then
    H_eff^phi is positive definite. *)
Theorem part_full k d (loss : vec k -> R) (h hphi : vec d -> vec k) (z : vec d)
    (eps0 eps eps2 L K2 R0 M T lambda : R) :
  (forall u, C2 loss u) -> C2map h z -> C2map hphi z ->
  length_le (row_of (hphi z) - row_of (h z)) eps0 ->
  norm_le (mx (jac hphi z) - mx (jac h z)) eps ->
  bilinear_le (fun a => second_derivative_of hphi z a - second_derivative_of h z a) eps2 ->
  norm_le (mx (jac h z)) L ->
  bilinear_le (second_derivative_of h z) K2 ->
  length_le (row_of (grad loss (h z))) R0 ->
  norm_le (mx (hess loss (h z))) M ->
  lipschitz_hessian loss (h z) (hphi z) T ->
  lambda_min_is (mx (effective loss h z)) lambda ->
  2%:R * L * M * eps + M * eps ^+ 2 + T * eps0 * (L + eps) ^+ 2 + R0 * eps2 +
    (M * eps0 + T * eps0 ^+ 2 / 2%:R) * (K2 + eps2) < lambda ->
  pd (mx (effective loss hphi z)).
Proof.
move=> LC hC pC h1 h2 h3 h4 h5 h6 h7 h8 [hl _] hb.
have D := part_star LC hC pC h1 h2 h3 h4 h5 h6 h7 h8.
have sE : sym (mx (effective loss hphi z)) by apply: sym_hess; apply: (C2_comp pC (LC _)).
by apply: lambda_ge_pd sE _ (lambda_geD hl D); rewrite subr_gt0.
Qed.

(** The quoted hypotheses at a point z: loss and heads are C^2 (Assumption 1), |J| <= L,
    |hess loss| <= M at the outputs of both heads, and lambda = lambda_min(H_eff) > 0. *)
Definition quoted k d (loss : vec k -> R) (h hphi : vec d -> vec k) (z : vec d)
    (L M lambda : R) : Prop :=
  [/\ (forall u, C2 loss u) /\ (forall w, C2map h w /\ C2map hphi w),
      norm_le (mx (jac h z)) L,
      norm_le (mx (hess loss (h z))) M /\ norm_le (mx (hess loss (hphi z))) M &
      0 < lambda /\ lambda_min_is (mx (effective loss h z)) lambda].

(** |E| <= eps with eps below the threshold lambda / (2 L M). *)
Definition below k d (h hphi : vec d -> vec k) (z : vec d) (L M lambda : R) : Prop :=
  exists2 eps, norm_le (mx (jac hphi z) - mx (jac h z)) eps & eps < lambda / (2%:R * L * M).

(** |E| exceeds the threshold: lambda < 2 L M |E|, so neither L nor M is 0. *)
Definition exceeds k d (h hphi : vec d -> vec k) (z : vec d) (L M lambda : R) : Prop :=
  exists2 e, norm_is (mx (jac hphi z) - mx (jac h z)) e & lambda < 2%:R * L * M * e.

(** The hypotheses for a quadratic loss and two linear heads. *)
Lemma quoted_linear k d (A : 'M[R]_k) b (J Jphi : 'M[R]_(k, d)) z L M lambda : sym A ->
  norm_le J L -> norm_le A M -> 0 < lambda -> lambda_min_is (J^T *m A *m J) lambda ->
  quoted (quadratic_loss A b) (linear_head J) (linear_head Jphi) z L M lambda.
Proof.
move=> sA JL AM l0 hl; split.
- split=> [u|w]; first exact: C2_quadratic.
  by split; apply: C2map_linear.
- by rewrite jac_linear.
- by rewrite !hess_quadratic.
by rewrite effective_quadratic.
Qed.

Lemma scalar_min (a : R) : lambda_min_is (a%:M : 'M[R]_1) a.
Proof.
split=> [v|]; first by rewrite quad_scalar.
by exists (delta_mx 0 0); [apply: delta_neq0 | rewrite quad_scalar].
Qed.

(** Reading [definite] holds: below the threshold J_phi^T H J_phi is positive definite, with
    one loss Hessian H. *)
Theorem reading_definite k d (J Jphi : 'M[R]_(k, d)) (H : 'M[R]_k) (L M lambda eps : R) :
  sym H -> 0 < lambda -> lambda_min_is (J^T *m H *m J) lambda -> norm_le J L -> norm_le H M ->
  norm_le (Jphi - J) eps -> eps < lambda / (2%:R * L * M) -> pd (Jphi^T *m H *m Jphi).
Proof.
move=> sH l0 [hl _] JL HM hE he; have := published_threshold sH l0 hl JL HM hE he.
by rewrite /perturbed addrC subrK.
Qed.

(** Reading [definite-full] is refuted: L(u) = u + u^2 / 2, h(z) = z + z^2 / 2 and
    h_phi(z) = z - 3 z^2 / 2 at z = 0, where E = 0 and H_eff goes from 2 to -2. *)
Theorem refuted_definite_full : exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1) (z : vec 1)
    (L M lambda : R), [/\ quoted loss h hphi z L M lambda, below h hphi z L M lambda &
  ~ pd (mx (effective loss hphi z))].
Proof.
have [A hE hL hM] := readings.curved_quoted.
exists (loss1 (cubic 0 1 1 0)), (head1 (cubic 0 1 1 0)), (head1 (cubic 0 1 (- (3)) 0)), (point1 0).
exists 1, 1, 2%:R; split.
- split=> //; split; first exact: ltr0Sn.
  suff -> : mx (effective (loss1 (cubic 0 1 1 0)) (head1 (cubic 0 1 1 0)) (point1 0)) =
    2%:R%:M by apply: scalar_min.
  rewrite effective_at0; congr _%:M.
  change (IZR 0) with (0 : R); change (IZR 1) with (1 : R).
  by rewrite expr0n /= !(mulr0, mul0r, addr0) expr1n !mulr1.
- by exists 0; rewrite // !mulr1 divff ?ltr01 // pnatr_eq0.
case=> _ /(_ (delta_mx 0 0) (delta_neq0 _ _)); rewrite effective_at0 quad_scalar sqn_delta mulr1.
change (Ropp (IZR 3)) with (- 3%:R : R).
change (IZR 0) with (0 : R); change (IZR 1) with (1 : R).
rewrite expr0n /= !(mulr0, mul0r, addr0) expr1n !mul1r subr_gt0.
by rewrite ltNge (ler_nat _ 1 3).
Qed.

(** Reading [isotropy] is refuted: L(u) = |u|^2 / 2, h(z) = z and h_phi = diag(5/4, 3/4) z.
    H_eff = I goes to diag(25/16, 9/16), below the threshold and with hess L = I. *)
Theorem refuted_isotropy : exists (loss : vec 2 -> R) (h hphi : vec 2 -> vec 2) (z : vec 2)
    (L M lambda : R), [/\ quoted loss h hphi z L M lambda, below h hphi z L M lambda,
  mx (effective loss h z) = lambda%:M, forall u, psd (mx (hess loss u)) &
  ~ kappa_le (mx (effective loss hphi z)) 1].
Proof.
pose e : R := 4%:R^-1; have e0 : 0 <= e by rewrite invr_ge0 ler0n.
have e1 : e <= 1 by rewrite invf_le1 ?ltr0Sn // (ler_nat _ 1).
have [[pH nH nJ nE] h1 h2 h3 h4] := diagonal_instance 0 ltr01 ltr01 (lexx 1) e0 e1.
pose J := diag3 0 1 1 (1 : R); pose E := diag3 0 e (- e) 0.
have s1 := psd_sym pH; have JI : J = 1%:M.
  by apply/matrixP => i j; rewrite !mxE; case: ifP => // _; case: ifP.
exists (quadratic_loss 1%:M 0), (linear_head J), (linear_head (J + E)), vectors.zerov, 1, 1, 1.
split.
- apply: quoted_linear => //; [by case: nJ | by case: nH | exact: ltr01|].
  by move: h1; rewrite expr1n mulr1.
- exists e; first by rewrite !jac_linear addrC addKr; case: nE.
  by rewrite !mulr1 mul1r /e ltf_pinv ?posrE ?ltr0Sn // ltr_nat.
- by rewrite effective_quadratic // JI trmx1 !mulmx1.
- by move=> u; rewrite hess_quadratic.
rewrite effective_quadratic // => k1.
have kp : kappa_is (perturbed J E 1%:M) ((1 * (1 + e) ^+ 2) / (1 * (1 - e) ^+ 2)).
  by split; [case: k1 | exists (1 * (1 - e) ^+ 2), (1 * (1 + e) ^+ 2)].
have := kappa_le_is kp k1; rewrite !mul1r => h; move: h.
have p : 0 < (1 - e) ^+ 2.
  by rewrite exprn_gt0 // subr_gt0 invf_lt1 ?ltr0Sn // (ltr_nat _ 1).
rewrite ler_pdivr_mulr // mul1r leNgt => /negP; apply.
rewrite -subr_gt0; have -> : (1 + e) ^+ 2 - (1 - e) ^+ 2 = 4%:R * e by ring.
by rewrite /e mulfV ?ltr01 // pnatr_eq0.
Qed.

(** Reading [necessary] is refuted: L(u) = u^2 / 2, h(z) = z and h_phi(z) = 11 z. |E| = 10 is
    20 times the threshold, and H_eff = 1 goes to 121: definite, with condition number 1. *)
Theorem refuted_necessary : exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1) (z : vec 1)
    (L M lambda : R), [/\ quoted loss h hphi z L M lambda, exceeds h hphi z L M lambda,
  pd (mx (effective loss hphi z)) & kappa_le (mx (effective loss hphi z)) 1].
Proof.
have s1 : sym (1%:M : 'M[R]_1) by apply: sym1.
have n1 : norm_le (1%:M : 'M[R]_1) 1 by apply: norm_le11; rewrite normr1.
exists (quadratic_loss 1%:M 0), (linear_head (1%:M : 'M[R]_1)), (linear_head (11%:R%:M : 'M[R]_1)).
exists vectors.zerov, 1, 1, 1.
have mn := scalar_min.
have k1 : kappa_le (mx (effective (quadratic_loss 1%:M 0) (linear_head (11%:R%:M : 'M[R]_1)) vectors.zerov)) 1.
  rewrite effective_quadratic // tr_scalar_mx mulmx1 -scalar_mxM; split.
    by apply: lambda_ge_pd (proj1 (mn _)); [apply: sym_scalar | rewrite mulr_gt0 ?ltr0Sn].
  by move=> v w; rewrite !quad_scalar mul1r -!mulrA (mulrC (sqn v)).
split=> //; last by case: k1.
- apply: quoted_linear => //; first exact: ltr01.
  by rewrite trmx1 !mulmx1; apply: mn.
exists 10%:R; last by rewrite !mulr1 -natrM (ltr_nat _ 1).
rewrite !jac_linear scalar11B; have -> : 11%:R - 1 = 10%:R :> R by ring.
by apply: norm_is11; rewrite ler0n.
Qed.
