(** * The rank bound, and what it costs to be invariant *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Geometry Require Import forms semidefinite subspaces pseudoinverse.
From Geometry.thm53 Require Import order.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Rank.
Variable F : realFieldType.

(** If 0 ⪯ A ⪯ I and A V = 0, then rank A <= rank I - dim V + dim (ker I ∩ V). *)
Theorem part_rank p m (I A : 'M[F]_p) (V : 'M[F]_(m, p)) :
  psd I -> psd A -> A ⪯ I -> V *m A = 0 ->
  (\rank A)%:Z <= (\rank I)%:Z - (\rank V)%:Z + (\rank (ker I :&: V)%MS)%:Z.
Proof.
move=> pI pA lAI VA; rewrite ker_sym ?psd_sym //; last by case: pI.
have sub : (kermx I + V <= kermx A)%MS.
  rewrite addsmx_sub; apply/andP; split; last exact/sub_kermxP.
  by apply: sub_rows => x /sub_kermxP xI; apply/sub_kermxP; apply: below_ker lAI xI.
have := mxrankS sub; have := mxrank_sum_cap (kermx I) V; rewrite !mxrank_ker.
by have := rank_leq_row I; have := rank_leq_row A; lia.
Qed.

(** Equality for A = I/V. *)
Theorem part_rank_attained p m (I : 'M[F]_p) (V : 'M[F]_(m, p)) :
  psd I ->
  (\rank (shorted I V))%:Z = (\rank I)%:Z - (\rank V)%:Z + (\rank (ker I :&: V)%MS)%:Z.
Proof.
move=> pI; have [pS lSI VS] := part_order_attained V pI.
apply/eqP; rewrite eq_le part_rank //=; rewrite ker_sym ?psd_sym //; last by case: pI.
have sub : (kermx (shorted I V) <= kermx I + V)%MS.
  apply: sub_rows => x /sub_kermxP; rewrite shorted_best => xS.
  rewrite -[x](subrK (best I V x *m V)) addmx_sub_adds ?submxMl //.
  by apply/sub_kermxP.
have := mxrankS sub; have := mxrank_sum_cap (kermx I) V; rewrite !mxrank_ker.
by have := rank_leq_row I; have := rank_leq_row (shorted I V); lia.
Qed.

(** The published bound rank A <= rank I - dim V holds for every such A if and only if ker I ∩ V = 0. *)
Theorem part_rank_published p m (I : 'M[F]_p) (V : 'M[F]_(m, p)) :
  psd I ->
  (forall A, psd A -> A ⪯ I -> V *m A = 0 -> (\rank A)%:Z <= (\rank I)%:Z - (\rank V)%:Z)
  <-> (ker I :&: V = 0)%MS.
Proof.
move=> pI; split=> [h|cap0 A pA lAI VA]; last first.
  by have := part_rank pI pA lAI VA; rewrite cap0 mxrank0 addr0.
have [pS lSI VS] := part_order_attained V pI.
have := h _ pS lSI VS; rewrite part_rank_attained // ger_addl.
by rewrite (lez_nat _ 0) leqn0 mxrank_eq0 => /eqP.
Qed.

(** If V lies in ker I, the bound is rank A <= rank I, and A = I attains it. *)
Theorem part_free p m (I : 'M[F]_p) (V : 'M[F]_(m, p)) :
  psd I -> (V <= ker I)%MS ->
  [/\ (\rank I)%:Z - (\rank V)%:Z + (\rank (ker I :&: V)%MS)%:Z = (\rank I)%:Z,
      forall A, psd A -> A ⪯ I -> V *m A = 0 -> (\rank A <= \rank I)%N &
      [/\ psd I, I ⪯ I & V *m I = 0]].
Proof.
move=> pI VI; have e : \rank (ker I :&: V)%MS = \rank V by rewrite (capmx_idPr VI).
split; first by rewrite e subrK.
  by move=> A pA lAI VA; have := part_rank pI pA lAI VA; rewrite e subrK lez_nat.
split=> //; first exact: belowxx.
by move: VI; rewrite ker_sym; [move/sub_kermxP | case: pI].
Qed.

(** If I_h vanishes on V and V meets ker I_z in 0 only, then rank I_h <= rank I_z - dim V. *)
Theorem reading_transversal p m (I_z I_h : 'M[F]_p) (V : 'M[F]_(m, p)) :
  psd I_z -> psd I_h -> I_h ⪯ I_z -> V *m I_h = 0 -> (ker I_z :&: V = 0)%MS ->
  (\rank I_h)%:Z <= (\rank I_z)%:Z - (\rank V)%:Z.
Proof. by move=> pI pA lAI VA /(part_rank_published V pI); apply. Qed.

End Rank.
