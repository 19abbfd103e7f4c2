(** * Heads with many units: one half is attained *)
From Coq Require Import Reals Lra.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import forms semidefinite inertia sylvester subspaces matrices laws.
From Geometry Require Import jets pullback smooth quadratic_losses.
From Geometry.thm41 Require Import heads inertia_bound real_heads hessian_parts hessian_met initial initial_met initial_wide.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma sum_signs m (A : {set 'I_m}) : \sum_(j < m) (-1) ^+ (j \in A) = m%:R - #|A|.*2%:R :> R.
Proof.
have e (j : 'I_m) : (-1) ^+ (j \in A) = 1 - (j \in A)%:R *+ 2 :> R.
  by case: (j \in A); rewrite /= ?expr0 ?expr1 ?mul0rn ?subr0 // mulr2n opprD addrA subrr add0r.
rewrite (eq_bigr _ (fun j _ => e j)) sumrB sumr_const card_ord; congr (_ - _).
rewrite sumrMnl -muln2 natrM mulr_natr; congr (_ *+ 2); rewrite -sum1_card natr_sum [RHS]big_mkcond.
by apply: eq_bigr => j _; case: (j \in A).
Qed.

(** One half is attained at every odd [m], however many units there are for one dimension: d = 1, s(a) = a - a^2 / 2, W_1 = (1 .. 1)^T, W_2 = (+-1 .. +-1) with independent fair signs, and L(u) = u, so that hess L = 0, at z = 0. M has the rank 1 whatever the signs, and P(H_eff >= 0) = 1/2. *)
Theorem part_initial_wide_attained (m : nat) : odd m ->
  let s := parabola 1 1 in let L := line_loss 1 0 in
  let w0 := TwoLayers (const_mx 1 : 'M[R]_(m, 1)) 0 (const_mx 1 : 'M[R]_(1, m)) 0 (vectors.zerov : vec 1) in
  let w A := turn s A w0 in
  exists (P : law R_realFieldType {set 'I_m}) (sigma : {set 'I_m} -> {set 'I_m} -> {set 'I_m}),
  [/\ forall A B, w (sigma B A) = turn s B (w A),
      forall B, invariant P (sigma B),
      forall A, (forall B, (1 <= \rank (bent s L (turn s B (w A))))%N) /\
        (n_plus (loss_hessian L (head_of s (w A) (point (w A)))) <= 0)%N &
      forall stable : pred {set 'I_m}, (forall A, stable A <-> psd (hessian L (head_of s (w A)) (point (w A)))) ->
        event P stable /\ prob P stable = 2%:R^-1].
Proof.
move=> om s L w0 w; have sC : C2fun s := parabola_C2 1 1; have LC u : C2 L u := line_loss_C2 _ _ _.
have T0 : (0 < #|{set 'I_m}|)%N by rewrite card_powerset_ord expn_gt0.
exists (uniform R_realFieldType T0), (fun B A => difference A B).
have HE u : loss_hessian L u = 0 by rewrite line_loss_mx raddf0.
have bE A j : bends s L (w A) 0 j = - (-1) ^+ (j \in A).
  rewrite turn_bends // [bends _ _ _ _ _]mxE line_loss_row raddf0 mulmx0 add0r mul1mx mxE mul1r.
  by rewrite Derive2_parabola mulrN1.
have ME A : bent s L (w A) = (#|A|.*2%:R - m%:R)%:M.
  apply/matrixP => a b; rewrite [a]ord1 [b]ord1 /bent mul_mx_diag mxE [RHS]mxE mulr1n -opprB -sum_signs -sumrN.
  by apply: eq_bigr => j _; rewrite [X in X * _]mxE bE /= trmx_const !mxE mul1r mulr1.
have rE A : \rank (bent s L (w A)) = 1%N.
  rewrite ME -scalemx1 mxrank_scale_nz ?mxrank1 // subr_eq0 eqr_nat.
  by apply: contraTneq om => <-; rewrite odd_double.
have dI B : involutive (fun A : {set 'I_m} => difference A B).
  by move=> A; apply/setP => j; rewrite !inE addbK.
split.
- by move=> A B; rewrite /w turnD.
- move=> B f _; split=> //=; congr (_ / _).
  by rewrite [RHS](reindex_inj (inv_inj (dI B))).
- move=> A; split=> [B|]; first by rewrite /w turnD -/(w _) rE.
  by rewrite HE n_plus0.
move=> stable st; split=> //.
have sE A : stable A = (n_minus (bent s L (w A)) == 0%N).
  have H : hessian L (head_of s (w A)) (point (w A)) = bent s L (w A).
    by rewrite hessian_units // HE mulmx0 mul0mx add0r.
  have N := n_minus_eq0 (sym_bent s L (w A)).
  by apply/idP/eqP => [/st|/N p]; [rewrite H => /N | apply/st; rewrite H].
have CI : injective (fun A : {set 'I_m} => ~: A) by move=> A B /(congr1 (@setC _)); rewrite !setCK.
have both A : (stable A)%:R + (stable (~: A))%:R = 1 :> R.
  have := bent_both s L A w0; rewrite -/(w _) -/(w _) rE !sE.
  case: (n_minus (bent s L (w A))) => [|[|c]]; case: (n_minus (bent s L (w (~: A)))) => [|[|c']] //= _; ring.
have n0 : #|{set 'I_m}|%:R != 0 :> R by rewrite pnatr_eq0 -lt0n.
rewrite /prob /=; set S := \sum_t _.
have SE : S + S = #|{set 'I_m}|%:R.
  rewrite {2}/S (reindex_inj CI) -big_split /= -[RHS]mulr1 mulr_natl -sumr_const.
  by apply: eq_bigr => A _; exact: both.
by apply: (mulIf two0); rewrite mulVf ?two0 // mulrAC [S * _]mulr_natr mulr2n SE mulfV.
Qed.
