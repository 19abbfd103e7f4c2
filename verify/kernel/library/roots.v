(** What needs square roots: orthonormal bases of a form, unit vectors. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From mathcomp Require Import zify.
From Geometry Require Import forms semidefinite diagonal inertia sylvester norms.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Roots.

Variable F : rcfType.

(** A positive definite matrix is congruent to the identity. *)
Lemma pd_identity n (A : 'M[F]_n) : pd A ->
  exists2 P : 'M[F]_n, P \in unitmx & P *m A *m P^T = 1%:M.
Proof.
move=> pA; have [P [D uP PD]] := congruent_diagonal (pd_sym pA).
have D0 i : 0 < D 0 i.
  have e : quad (P *m A *m P^T) (delta_mx 0 i) = D 0 i.
    by rewrite PD /quad formE dotE (bigD1 i) //= mul_mx_diag !mxE !eqxx mul1r mulr1
       big1 ?addr0 // => j ji; rewrite !mxE (negPf ji) andbF mulr0.
  rewrite -e quad_congr; case: pA => _; apply.
  apply: contraTneq isT => /(congr1 (mulmx^~ (invmx P))).
  by rewrite mulmxK // mul0mx => /(congr1 (@sqn _ _)); rewrite sqn_delta sqn0 => /eqP; rewrite oner_eq0.
pose E : 'M[F]_n := diag_mx (\row_i (Num.sqrt (D 0 i))^-1).
exists (E *m P).
  rewrite unitmx_mul uP andbT unitmxE det_diag unitfE; apply/prodf_neq0 => i _.
  by rewrite mxE invr_eq0 sqrtr_eq0 -ltNge D0.
have -> : E *m P *m A *m (E *m P)^T = E *m (P *m A *m P^T) *m E^T.
  by rewrite trmx_mul !mulmxA.
rewrite PD tr_diag_mx; apply/matrixP => i j; rewrite mul_mx_diag mul_diag_mx !mxE.
have [->|_] := eqVneq i j; last by rewrite !mulr0n mulr0 mul0r.
rewrite !mulr1n mulrAC -invfM -expr2 sqr_sqrtr ?ltW //.
by rewrite mulVf // gt_eqF.
Qed.

(** s <= n_+(A) iff A has s orthonormal vectors: B A B^T = I_s. *)
Theorem n_plus_orthonormal n (A : 'M[F]_n) s : sym A ->
  (s <= n_plus A)%N <-> exists B : 'M[F]_(s, n), B *m A *m B^T = 1%:M.
Proof.
move=> sA; split=> [/(leq_n_plus_symP _ sA)[B [_ pB]]|[B BA]].
  have [P _ PB] := pd_identity pB; exists (P *m B).
  by rewrite trmx_mul -PB !mulmxA.
apply/(leq_n_plus_symP _ sA); exists B; rewrite BA; split; last exact: pd1.
by apply/row_freeP; exists (A *m B^T); rewrite mulmxA.
Qed.

(** Every vector other than zero is a positive multiple of a unit vector. *)
Lemma normalise n (x : 'rV[F]_n) : x != 0 ->
  exists2 a, 0 < a & exists2 e : 'rV[F]_n, sqn e = 1 & x = a *: e.
Proof.
move=> x0; exists (Num.sqrt (sqn x)); first by rewrite sqrtr_gt0 sqn_gt0.
have s0 : Num.sqrt (sqn x) != 0 by rewrite sqrtr_eq0 -ltNge sqn_gt0.
exists ((Num.sqrt (sqn x))^-1 *: x); last by rewrite scalerA mulfV // scale1r.
by rewrite sqnZ exprVn sqr_sqrtr ?sqn_ge0 // mulVf // sqn_eq0.
Qed.

(** A subspace has an orthonormal basis. *)
Lemma orthonormal_basis m n (V : 'M[F]_(m, n)) : exists Q : 'M[F]_(\rank V, n),
  Q *m Q^T = 1%:M /\ (Q :=: V)%MS.
Proof.
have pB : pd (row_base V *m (row_base V)^T).
  split=> [|x x0]; first by rewrite /sym trmx_mul trmxK.
  rewrite -sqn_mul sqn_gt0; apply: contraNneq x0 => xB; apply/eqP.
  by apply: (row_free_inj (row_base_free V)); rewrite mul0mx.
have [P uP PB] := pd_identity pB; exists (P *m row_base V); split.
  by rewrite trmx_mul -PB !mulmxA.
by apply: eqmx_trans (eqmxMfull _ _) (eq_row_base V); rewrite row_full_unit.
Qed.

End Roots.
