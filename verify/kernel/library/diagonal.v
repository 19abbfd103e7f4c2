(** Every symmetric matrix over an ordered field is congruent to a diagonal one. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Diagonal.

Variable F : realFieldType.

(** A symmetric matrix that is not zero takes a value other than zero. *)
Lemma pivot n (A : 'M[F]_n) : sym A -> A != 0 -> {x : 'rV[F]_n | quad A x != 0}.
Proof.
move=> sA A0; pose e i : 'rV[F]_n := delta_mx 0 i.
have eE i j : form A (e i) (e j) = A i j.
  by rewrite /form -rowE trmx_delta -colE !mxE.
case: (pickP (fun i => A i i != 0)) => [i hi|h]; first by exists (e i); rewrite /quad eE.
case: (pickP (fun p : 'I_n * 'I_n => A p.1 p.2 != 0)) => [[i j] /= hij|h2].
  exists (e i + e j); rewrite quadD_sym // /quad !eE.
  have := h i; have := h j => /= /negbFE/eqP -> /negbFE/eqP ->.
  by rewrite add0r addr0 mulf_neq0 ?pnatr_eq0.
case/negP: A0; apply/eqP/matrixP => i j; rewrite mxE.
by apply/eqP/negbFE; apply: h2 (i, j).
Qed.

(** Some invertible congruence makes the first diagonal entry nonzero. *)
Lemma pivot_first n (A : 'M[F]_(1 + n)) : sym A -> A != 0 ->
  {E : 'M[F]_(1 + n) | E \in unitmx & (E *m A *m E^T) 0 0 != 0}.
Proof.
move=> sA A0; have [x hx] := pivot sA A0.
exists (row_ebase x); first exact: row_ebase_unit.
pose e : 'rV[F]_(1 + n) := delta_mx 0 0.
have -> : (row_ebase x *m A *m (row_ebase x)^T) 0 0 = quad A (e *m row_ebase x).
  by rewrite -quad_congr /quad /form -rowE trmx_delta -colE !mxE.
have rx : \rank x = 1%N.
  have x0 : x != 0 by apply: contraNneq hx => ->; rewrite quad0.
  by rewrite rank_rV x0.
have xE : x = col_ebase x 0 0 *: (e *m row_ebase x).
  rewrite -[LHS](mulmx_ebase x) {1}rx {1}[col_ebase x]mx11_scalar mul_scalar_mx scalemxAl.
  congr (_ *m _); apply/rowP => j; rewrite !mxE eqxx /=; congr (_ * _).
  by case: j => [[|j] hj] //=; rewrite ?andbF.
by move: hx; rewrite {1}xE quadZ mulf_eq0 negb_or => /andP[].
Qed.

Lemma congruent_diagonal n (A : 'M[F]_n) : sym A ->
  {P : 'M[F]_n & {D : 'rV[F]_n | P \in unitmx & P *m A *m P^T = diag_mx D}}.
Proof.
elim: n A => [A sA|n IH A sA].
  by exists 1%:M; exists 0; [apply: unitmx1 | apply/matrixP => -[]].
have [->|A0] := eqVneq A 0.
  exists 1%:M; exists 0; first exact: unitmx1.
  by rewrite mulmx0 mul0mx; apply/matrixP => i j; rewrite !mxE mul0rn.
have [E uE] := pivot_first (n := n) sA A0.
have [B EB] : {B : 'M_(1 + n) | E *m A *m E^T = B} by exists (E *m A *m E^T).
rewrite EB => B0; have sB : sym B by rewrite -EB; apply: sym_congr.
pose a := B 0 0; pose b : 'rV_n := ursubmx B; pose C : 'M_n := drsubmx B.
have aE : ulsubmx B = a%:M :> 'M_1.
  by rewrite [LHS]mx11_scalar; congr _%:M; rewrite !mxE /a; congr (B _ _); apply: val_inj.
have bE : dlsubmx B = b^T by rewrite /b trmx_ursub sB.
have BE : B = block_mx a%:M b b^T C by rewrite -aE -bE submxK.
have sC : sym C by rewrite /sym /C trmx_drsub sB.
have [|Q [D uQ QD]] := IH (C - a^-1 *: (b^T *m b)).
  by apply: symB => //; apply: symZ; rewrite /sym trmx_mul trmxK.
pose L : 'M[F]_(1 + n) := block_mx 1%:M 0 (- a^-1 *: b^T) 1%:M.
pose R : 'M[F]_(1 + n) := block_mx 1%:M 0 0 Q.
exists (R *m L *m E); exists (row_mx (a%:M : 'M_1) D).
  have uR : R \in unitmx by rewrite unitmxE /R (det_lblock 1%:M) det1 mul1r -unitmxE.
  have uL : L \in unitmx by rewrite unitmxE /L (det_lblock 1%:M) !det1 mul1r unitr1.
  by rewrite !unitmx_mul uR uL.
have -> : R *m L *m E *m A *m (R *m L *m E)^T = R *m (L *m B *m L^T) *m R^T.
  by rewrite -EB !trmx_mul !mulmxA.
have -> : L *m B *m L^T = block_mx (a%:M : 'M_1) 0 0 (C - a^-1 *: (b^T *m b)).
  rewrite /L BE tr_block_mx !trmx1 trmx0 linearZ /= trmxK !mulmx_block.
  rewrite !mul1mx !mul0mx !mulmx0 !mulmx1 !addr0.
  rewrite -scalemxAl mul_mx_scalar scalerA mulNr mulVf // scaleN1r addNr mul0mx add0r.
  rewrite -scalemxAr mul_scalar_mx scalerA mulNr mulVf // scaleN1r addNr.
  by rewrite -scalemxAl scaleNr addrC.
rewrite /R tr_block_mx !trmx1 !trmx0 !mulmx_block !mul1mx !mul0mx !mulmx0 !mulmx1.
rewrite !addr0 !add0r QD; apply: etrans _ (esym (diag_mx_row (a%:M : 'M_1) D)); congr (block_mx _ _ _ _).
  by apply/matrixP => i j; rewrite !ord1 !mxE eqxx.
exact: mul0mx.
Qed.

End Diagonal.
