(** * Subspaces and their dimensions, and the order of symmetric matrices

    A subspace is the row space of a matrix [V], its dimension is [\rank V]; the kernel of a
    symmetric [A] is [kermx A]. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Geometry Require Import forms semidefinite.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Reserved Notation "A ⪯ B" (at level 70, no associativity).

Section Subspaces.
Variable F : realFieldType.

(** The order of symmetric matrices: [A ⪯ B] when [B - A] is positive semidefinite. *)
Definition below n (A B : 'M[F]_n) : Prop := psd (B - A).
Local Notation "A ⪯ B" := (below A B).

(** The kernel of the matrix [A] of a linear map: the subspace of all [x] with [A x = 0]. *)
Definition ker m n (A : 'M[F]_(m, n)) : 'M[F]_n := kermx A^T.

Lemma kerP m n (A : 'M[F]_(m, n)) (x : 'rV_n) : reflect (x *m A^T = 0) (x <= ker A)%MS.
Proof. exact: sub_kermxP. Qed.

Lemma ker_sym n (A : 'M[F]_n) : sym A -> ker A = kermx A.
Proof. by rewrite /ker => ->. Qed.

Lemma sub_rows m m' n (A : 'M[F]_(m, n)) (B : 'M[F]_(m', n)) :
  (forall x : 'rV_n, (x <= A)%MS -> (x <= B)%MS) -> (A <= B)%MS.
Proof. by move=> h; apply/row_subP => i; apply/h/row_sub. Qed.

Lemma belowxx n (A : 'M[F]_n) : A ⪯ A.
Proof. by rewrite /below subrr; apply: psd0. Qed.

Lemma below_quad n (A B : 'M[F]_n) x : A ⪯ B -> quad A x <= quad B x.
Proof. by case=> _ /(_ x); rewrite quad_mxB subr_ge0. Qed.

Lemma belowI n (A B : 'M[F]_n) : sym A -> sym B ->
  (forall x, quad A x <= quad B x) -> A ⪯ B.
Proof. by move=> sA sB h; split=> [|x]; [apply: symB | rewrite quad_mxB subr_ge0]. Qed.

(** What a larger matrix annihilates is annihilated by a smaller positive semidefinite one. *)
Lemma below_ker n (A B : 'M[F]_n) (x : 'rV_n) : psd A -> A ⪯ B -> x *m B = 0 -> x *m A = 0.
Proof.
move=> pA lAB xB; apply: psd_kernel => //; apply/eqP; rewrite eq_le.
case: (pA) => _ -> ; rewrite andbT; apply: le_trans (below_quad x lAB) _.
by rewrite /quad /form xB mul0mx mxE.
Qed.

Lemma psd_kernel_rows m n (A : 'M[F]_n) (V : 'M[F]_(m, n)) :
  psd A -> V *m A *m V^T = 0 -> V *m A = 0.
Proof.
move=> pA VAV; apply/row_matrixP => i; rewrite row0 row_mul; apply: psd_kernel => //.
rewrite /quad /form tr_row -row_mul; have /matrixP/(_ i i) := VAV; rewrite !mxE => h.
by rewrite -[RHS]h; apply: eq_bigr => j _; rewrite !mxE.
Qed.

(** V A V^T has the rank of V A. *)
Lemma rank_congr m n (A : 'M[F]_n) (V : 'M[F]_(m, n)) :
  psd A -> \rank (V *m A *m V^T) = \rank (V *m A).
Proof.
move=> pA; apply/eqP; rewrite eqn_leq mxrankM_maxl /=.
have: (kermx (V *m A *m V^T) <= kermx (V *m A))%MS.
  apply: sub_rows => x /sub_kermxP x0; apply/sub_kermxP; rewrite mulmxA.
  apply: psd_kernel_rows => //; rewrite trmx_mul !mulmxA in x0 *.
  by rewrite x0 mul0mx.
move/mxrankS; rewrite !mxrank_ker.
by have := rank_leq_row (V *m A); have := rank_leq_row (V *m A *m V^T); lia.
Qed.

Lemma rank_gram m n (V : 'M[F]_(m, n)) : \rank (V *m V^T) = \rank V.
Proof. by have := rank_congr V (@psd1 F n); rewrite mulmx1. Qed.

Lemma gram_unit m n (V : 'M[F]_(m, n)) : row_free V -> V *m V^T \in unitmx.
Proof. by rewrite -row_free_unit /row_free rank_gram. Qed.

(** For J with k rows: rank and kernel. *)
Lemma rank_ker m n (A : 'M[F]_(m, n)) : (\rank A + \rank (ker A) = n)%N.
Proof. by rewrite /ker mxrank_ker mxrank_tr subnKC // rank_leq_col. Qed.

End Subspaces.

Notation "A ⪯ B" := (below A B).
