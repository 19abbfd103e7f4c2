(** 3.1 in algebra: heads that keep the fixed point, W^T rho = 0. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Geometry Require Import forms semidefinite diagonal inertia sylvester roots subspaces.
From Geometry.thm31 Require Import whitening.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Kept.

Variable F : rcfType.
Variables (k d s : nat) (Q : 'M[F]_(d, s)).
Hypothesis Q1 : Q^T *m Q = 1%:M.

(** The rank of H restricted to the vectors orthogonal to rho. *)
Lemma rank_across (H : 'M[F]_k) (rho : 'rV[F]_k) : sym H ->
  \rank (row_base (kermx rho^T) *m H) =
  (\rank H - (rho != 0%R) * (rho <= H)%MS)%N.
Proof.
move=> sH; set N := row_base (kermx rho^T).
have NE : (N :=: kermx rho^T)%MS by apply: eq_row_base.
have e := mxrank_mul_ker N H.
have rN : \rank N = (k - (rho != 0%R))%N by rewrite NE mxrank_ker mxrank_tr rank_rV.
have rK : \rank (kermx H) = (k - \rank H)%N by rewrite mxrank_ker.
have rHk := rank_leq_row H.
have [r0|r0] := eqVneq rho 0.
  have kN : (kermx H <= N)%MS.
    by rewrite NE r0 trmx0; apply/sub_kermxP; rewrite mulmx0.
  have c : \rank (N :&: kermx H)%MS = \rank (kermx H).
    by apply/eqmx_rank/andP; rewrite capmxSr sub_capmx kN submx_refl.
  by move: e rN; rewrite c rK (_ : (rho != 0) = false) ?r0 ?eqxx //=; lia.
have rk : (0 < k)%N by move: (rank_leq_col rho); rewrite rank_rV r0.
have [rH|rH] := boolP (rho <= H)%MS.
  have kN : (kermx H <= N)%MS.
    rewrite NE; apply/sub_kermxP; case/submxP: rH => y ->.
    by rewrite trmx_mul mulmxA sH mulmx_ker mul0mx.
  have c : \rank (N :&: kermx H)%MS = \rank (kermx H).
    by apply/eqmx_rank/andP; rewrite capmxSr sub_capmx kN submx_refl.
  have : (0 < \rank H)%N by rewrite lt0n mxrank_eq0; apply: contraNneq r0 => h; move: rH; rewrite h submx0.
  by move: e rN; rewrite c rK r0 /=; lia.
have kN : ~~ (kermx H <= N)%MS.
  apply: contraNN rH; rewrite NE => /sub_kermxP h.
  have h2 : (kermx H <= kermx rho^T)%MS by apply/sub_kermxP.
  have h3 : (cokermx H)^T *m rho^T = 0.
    apply/sub_kermxP; apply: submx_trans h2; apply/sub_kermxP.
    by rewrite -[X in _ *m X]sH -trmx_mul mulmx_coker trmx0.
  by rewrite submxE -[rho *m _]trmxK trmx_mul h3 trmx0.
have e2 := mxrank_sum_cap N (kermx H).
have n2 : (\rank N < \rank (N + kermx H)%MS)%N.
  by apply: rank_ltmx; rewrite ltmxE addsmxSl addsmx_sub submx_refl.
have := rank_leq_col (N + kermx H)%MS.
by move: e rN e2 n2; rewrite rK r0 /=; lia.
Qed.

(** Heads that whiten S and keep the fixed point, for positive semidefinite H. *)
Theorem kept_iff (H : 'M[F]_k) (rho : 'rV[F]_k) : psd H ->
  (exists W : 'M[F]_(k, d), whitens H W Q /\ rho *m W = 0) <->
  (s <= \rank H - (rho != 0%R) * (rho <= H)%MS)%N.
Proof.
move=> pH; have sH := psd_sym pH; rewrite -rank_across //.
set N := row_base (kermx rho^T); have NE : (N :=: kermx rho^T)%MS by apply: eq_row_base.
have Nrho : N *m rho^T = 0 by apply/sub_kermxP; rewrite NE.
have sN : sym (N *m H *m N^T) by apply: sym_congr.
rewrite -(rank_congr N pH) -(n_plus_psd (psd_congr N pH)).
split=> [[W [/whitens_rows hW rW]]|/(n_plus_orthonormal _ sN)[B hB]].
  have : (Q^T *m W^T <= N)%MS.
    by rewrite NE; apply/sub_kermxP; rewrite -mulmxA -trmx_mul rW trmx0 mulmx0.
  case/submxP => C CN; apply/(n_plus_orthonormal _ sN); exists C.
  by move: hW; rewrite CN trmx_mul !mulmxA.
have B1 : (B *m N) *m H *m (B *m N)^T = 1%:M by rewrite -hB trmx_mul !mulmxA.
exists ((B *m N)^T *m Q^T); split; first exact: whitens_of_rows B1.
have -> : rho *m ((B *m N)^T *m Q^T) = (B *m (N *m rho^T))^T *m Q^T.
  by rewrite !trmx_mul trmxK !mulmxA.
by rewrite Nrho mulmx0 trmx0 mul0mx.
Qed.

End Kept.
